package dev.switchyard.engine.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Reads a batch of token ids from a JSON file: {@code input_ids}, {@code labels} and {@code
 * attention_mask}, each a list of rows of equal length. Labels of -100 do not count. What the
 * decoder reads are the labels, one place to the right.
 */
public final class BatchFile {
  private static final String INPUTS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String LABELS = "labels";
  private static final Set<String> NAMES = Set.of(INPUTS, MASK, LABELS);
  private static final long LARGEST_FILE = 64L << 20;
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  private final Path file;
  private final int vocabulary;
  private final Map<String, int[][]> lists = new HashMap<>();

  private BatchFile(Path file, int vocabulary) {
    this.file = file;
    this.vocabulary = vocabulary;
  }

  /**
   * Reads a batch.
   *
   * <p>For an encoder-decoder, {@code input_ids} is what the encoder reads, and without labels the
   * decoder reads its start alone. For a decoder alone, the labels are what it reads and predicts;
   * without them, {@code input_ids} are, where the mask is 1.
   *
   * @param vocabulary ids are below it
   * @throws InputException naming file, list and place of what can't be used
   */
  public static Batch read(Path file, int vocabulary, boolean encoderDecoder) {
    BatchFile batch = new BatchFile(file, vocabulary);
    batch.parse();
    return encoderDecoder ? batch.forEncoderDecoder() : batch.forDecoder();
  }

  private void parse() {
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw new InputException(
            "%s has %,d bytes; a batch has %,d at most."
                .formatted(file, Files.size(file), LARGEST_FILE));
      }
      try (JsonParser json = JSON.createParser(Files.readAllBytes(file))) {
        parse(json);
      }
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s is not JSON from line %d on."
              .formatted(file, e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
          e);
    } catch (IOException e) {
      throw new InputException(
          "%s can't be read: is it there, and may you open it?".formatted(file), e);
    }
  }

  private void parse(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new InputException("%s holds no JSON object with %s.".formatted(file, INPUTS));
    }
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      if (!NAMES.contains(name)) {
        throw new InputException(
            "%s has \"%s\"; a batch has %s, %s and %s."
                .formatted(file, name.replaceAll("\\s+", " "), INPUTS, MASK, LABELS));
      }
      json.nextToken();
      if (lists.put(name, rows(name, json)) != null) {
        throw new InputException("%s has %s twice.".formatted(file, name));
      }
    }
    if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
      throw new InputException("%s goes on after its end.".formatted(file));
    }
  }

  private int[][] rows(String name, JsonParser json) throws IOException {
    List<int[]> rows = new ArrayList<>();
    expectList(name, json);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expectList(name, json);
      int[] row = row(name, rows.size(), json);
      if (row.length == 0 || row.length != (rows.isEmpty() ? row : rows.getFirst()).length) {
        throw new InputException(
            "%s: row %d of %s has %d numbers, but every row must have the same number, at least 1."
                .formatted(file, rows.size(), name, row.length));
      }
      rows.add(row);
    }
    if (rows.isEmpty()) {
      throw new InputException("%s: %s has no rows.".formatted(file, name));
    }
    return rows.toArray(int[][]::new);
  }

  private int[] row(String name, int number, JsonParser json) throws IOException {
    IntStream.Builder row = IntStream.builder();
    int place = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
          || json.getNumberType() != JsonParser.NumberType.INT) {
        throw problem(name, number, place, "is no whole number of 32 bits");
      }
      row.add(checked(name, number, place++, json.getIntValue()));
    }
    return row.build().toArray();
  }

  private int checked(String name, int row, int place, int value) {
    if (name.equals(MASK)) {
      if (value != 0 && value != 1) {
        throw problem(name, row, place, "is %d, but must be 0 or 1".formatted(value));
      }
    } else if ((value < 0 || value >= vocabulary)
        && !(name.equals(LABELS) && value == Batch.IGNORED)) {
      throw problem(
          name,
          row,
          place,
          "is %d, but the model's ids are 0 to %d%s"
              .formatted(
                  value, vocabulary - 1, name.equals(LABELS) ? "; -100 counts nothing" : ""));
    }
    return value;
  }

  private void expectList(String name, JsonParser json) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new InputException(
          "%s: %s must be a list of rows, such as [[5, 7], [6, 1]].".formatted(file, name));
    }
  }

  private InputException problem(String name, int row, int place, String what) {
    return new InputException("%s: %s row %d place %d %s.".formatted(file, name, row, place, what));
  }

  private Batch forEncoderDecoder() {
    int[][] inputs = needed(INPUTS);
    int[][] mask = lists.getOrDefault(MASK, filled(inputs.length, inputs[0].length, 1));
    int[][] labels = lists.getOrDefault(LABELS, filled(inputs.length, 1, Batch.IGNORED));
    checkSame(MASK, mask, inputs.length, inputs[0].length);
    checkSame(LABELS, labels, inputs.length, labels[0].length);
    return batch(inputs, mask, labels);
  }

  private Batch forDecoder() {
    int[][] labels = lists.get(LABELS);
    if (labels == null) {
      labels = needed(INPUTS);
      int[][] mask = lists.getOrDefault(MASK, filled(labels.length, labels[0].length, 1));
      checkSame(MASK, mask, labels.length, labels[0].length);
      for (int row = 0; row < labels.length; row++) {
        for (int place = 0; place < labels[row].length; place++) {
          labels[row][place] = mask[row][place] == 0 ? Batch.IGNORED : labels[row][place];
        }
      }
    }
    int[][] none = new int[labels.length][0];
    return batch(none, none, labels);
  }

  private int[][] needed(String name) {
    int[][] rows = lists.get(name);
    if (rows == null) {
      throw new InputException("%s has no %s.".formatted(file, name));
    }
    return rows;
  }

  private void checkSame(String name, int[][] rows, int count, int length) {
    if (rows.length != count || rows[0].length != length) {
      throw new InputException(
          "%s: %s has %d rows of %d numbers, but there must be %d of %d."
              .formatted(file, name, rows.length, rows[0].length, count, length));
    }
  }

  private static int[][] filled(int rows, int length, int value) {
    int[][] filled = new int[rows][length];
    for (int[] row : filled) {
      Arrays.fill(row, value);
    }
    return filled;
  }

  private static Batch batch(int[][] inputs, int[][] mask, int[][] labels) {
    int length = labels[0].length;
    int[][] decoderInputs = filled(labels.length, length, Tokenizer.PAD);
    int[][] targetMask = filled(labels.length, length, 1);
    for (int row = 0; row < labels.length; row++) {
      for (int place = 1; place < length; place++) {
        int before = labels[row][place - 1];
        decoderInputs[row][place] = before == Batch.IGNORED ? Tokenizer.PAD : before;
      }
      // What is left out at the end of a row is padding; within it, only a label that is not asked.
      for (int place = length - 1; place >= 0 && labels[row][place] == Batch.IGNORED; place--) {
        targetMask[row][place] = 0;
      }
    }
    return new Batch(
        labels.length,
        inputs[0].length,
        length,
        flat(inputs),
        flat(decoderInputs),
        flat(labels),
        flat(mask),
        flat(targetMask));
  }

  private static int[] flat(int[][] rows) {
    return Arrays.stream(rows).flatMapToInt(Arrays::stream).toArray();
  }
}
