package dev.switchyard.engine.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reading and writing the small JSON files of the store. */
public final class Json {
  /** No file of ours is larger; what is, is something else. */
  private static final long LARGEST_FILE = 256L << 20;

  /** Strict: no duplicate names, nothing after the end. */
  static final ObjectMapper LINES =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static final ObjectMapper PRETTY =
      LINES.copy().configure(SerializationFeature.INDENT_OUTPUT, true);

  private Json() {}

  /** Reads a file that holds one JSON object. */
  public static ObjectNode read(Path file) {
    return read(file, LARGEST_FILE);
  }

  /** Reads a file that holds one JSON object and at most so many bytes. */
  public static ObjectNode read(Path file, long most) {
    try {
      long size = Files.size(file);
      if (size > most) {
        throw new InputException("%s is %,d bytes: too large for its kind.".formatted(file, size));
      }
      JsonNode tree = LINES.readTree(Files.readAllBytes(file));
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw new InputException("%s is damaged: it holds no JSON object.".formatted(file));
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s is damaged: it is not JSON from line %d on."
              .formatted(file, e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
          e);
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  /** An object as nested maps in its order. */
  public static Map<String, Object> map(JsonNode object) {
    return LINES.convertValue(
        object,
        LINES.getTypeFactory().constructMapType(LinkedHashMap.class, String.class, Object.class));
  }

  /** Readable JSON. */
  public static byte[] pretty(Object value) {
    try {
      return PRETTY.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** JSON on one line. */
  public static byte[] line(Object value) {
    try {
      return LINES.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
