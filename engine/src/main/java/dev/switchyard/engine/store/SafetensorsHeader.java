package dev.switchyard.engine.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the JSON header of a safetensors file and believes nothing of it: each tensor's bytes must
 * be those of its type and shape, lie inside the file, and together the tensors must cover it
 * without overlap or gap.
 */
final class SafetensorsHeader {
  private static final int MOST_AXES = 16;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(8).maxNameLength(4096).build())
          .build();

  private final Path file;
  private final long dataBytes;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafetensorsHeader(Path file, long dataBytes) {
    this.file = file;
    this.dataBytes = dataBytes;
  }

  /**
   * Reads and checks.
   *
   * @param file for messages
   * @param header the header's bytes
   * @param dataBytes how many bytes follow the header
   */
  static SafetensorsHeader parse(Path file, byte[] header, long dataBytes) {
    SafetensorsHeader parsed = new SafetensorsHeader(file, dataBytes);
    try (JsonParser json = JSON.createParser(header)) {
      parsed.readAll(json);
    } catch (IOException e) {
      throw new InputException(
          "%s is damaged: its header is not the JSON of a safetensors file.".formatted(file), e);
    }
    parsed.checkCover();
    return parsed;
  }

  /** The tensors by name, in the header's order. */
  Map<String, StoredTensor> tensors() {
    return tensors;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private void readAll(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new InputException(
          "%s is not a safetensors file: its header is no JSON object.".formatted(file));
    }
    boolean metadataSeen = false;
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      json.nextToken();
      if (name.equals("__metadata__")) {
        if (metadataSeen) {
          throw new InputException("%s has two __metadata__ entries.".formatted(file));
        }
        metadataSeen = true;
        readMetadata(json);
      } else if (tensors.put(name, readTensor(name, json)) != null) {
        throw problem(name, "stands in the header twice");
      }
    }
    if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
      throw new InputException("%s is damaged: its header goes on after its end.".formatted(file));
    }
  }

  private void readMetadata(JsonParser json) throws IOException {
    expect(json, JsonToken.START_OBJECT, "__metadata__", "is not a JSON object");
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      json.nextToken();
      expect(json, JsonToken.VALUE_STRING, "__metadata__", "holds something other than text");
      metadata.put(key, json.getText());
    }
  }

  private StoredTensor readTensor(String name, JsonParser json) throws IOException {
    expect(json, JsonToken.START_OBJECT, name, "is not described by a JSON object");
    StoredType type = null;
    long[] shape = null;
    long[] offsets = null;
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      json.nextToken();
      switch (key) {
        case "dtype" -> {
          expect(json, JsonToken.VALUE_STRING, name, "has a dtype that is not text");
          type = StoredType.named(json.getText());
          if (type == null) {
            throw problem(name, "has the unknown dtype \"%s\"".formatted(json.getText()));
          }
        }
        case "shape" -> shape = readNumbers(name, "shape", json);
        case "data_offsets" -> offsets = readNumbers(name, "data_offsets", json);
        default -> throw problem(name, "has the unknown field \"%s\"".formatted(key));
      }
    }
    if (type == null || shape == null || offsets == null) {
      throw problem(name, "lacks its dtype, shape or data_offsets");
    }
    return checked(name, type, shape, offsets);
  }

  private long[] readNumbers(String name, String field, JsonParser json) throws IOException {
    expect(json, JsonToken.START_ARRAY, name, "has a %s that is not a list".formatted(field));
    List<Long> numbers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0) {
        throw problem(name, "has a %s that is not made of whole numbers".formatted(field));
      }
      numbers.add(json.getLongValue());
      if (numbers.size() > MOST_AXES) {
        throw problem(name, "has a %s of more than %d numbers".formatted(field, MOST_AXES));
      }
    }
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private StoredTensor checked(String name, StoredType type, long[] shape, long[] offsets) {
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw problem(name, "has data_offsets that are not a beginning and an end");
    }
    if (offsets[1] > dataBytes) {
      throw problem(
          name,
          "ends at byte %,d, but the file has only %,d: it is cut; copy it again"
              .formatted(offsets[1], dataBytes));
    }
    long bytes = type.bytes();
    for (long length : shape) {
      if (Math.multiplyHigh(bytes, length) != 0 || bytes * length < 0) {
        throw problem(name, "has the impossible shape " + Arrays.toString(shape));
      }
      bytes *= length;
    }
    if (bytes != offsets[1] - offsets[0]) {
      throw problem(
          name,
          "has %,d bytes, but %s%s takes %,d"
              .formatted(offsets[1] - offsets[0], type, Arrays.toString(shape), bytes));
    }
    return new StoredTensor(name, type, shape, offsets[0], offsets[1]);
  }

  private void checkCover() {
    List<StoredTensor> byPlace = new ArrayList<>(tensors.values());
    byPlace.sort(
        Comparator.comparingLong(StoredTensor::start).thenComparingLong(StoredTensor::end));
    long end = 0;
    String before = "";
    for (StoredTensor tensor : byPlace) {
      if (tensor.start() < end) {
        throw problem(tensor.name(), "overlaps tensor %s".formatted(before));
      } else if (tensor.start() > end) {
        throw problem(
            tensor.name(),
            "begins %,d bytes after the tensor before it".formatted(tensor.start() - end));
      }
      end = tensor.end();
      before = tensor.name();
    }
    if (end != dataBytes) {
      throw new InputException(
          "%s is damaged: its last %,d bytes belong to no tensor."
              .formatted(file, dataBytes - end));
    }
  }

  private void expect(JsonParser json, JsonToken token, String name, String otherwise) {
    if (json.currentToken() != token) {
      throw problem(name, otherwise);
    }
  }

  private InputException problem(String tensor, String what) {
    String shown = tensor.length() > 200 ? tensor.substring(0, 200) + "..." : tensor;
    return new InputException(
        "%s can't be used: tensor %s %s.".formatted(file, shown.replaceAll("\\s+", " "), what));
  }
}
