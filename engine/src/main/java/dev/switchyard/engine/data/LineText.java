package dev.switchyard.engine.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what a line of a file says: JSON with a text, JSON with a pair, or a pair with a tab. */
final class LineText {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();
  private static final String TEXT = "text";
  private static final String INPUT = "input";
  private static final String TARGET = "target";

  /** The names of the columns, which a table may begin with. */
  private static final Contents HEADER = new Contents(INPUT, TARGET);

  private static final Contents NOTHING = new Contents("", null);

  /**
   * A line's contents.
   *
   * @param text of a pair, its input
   * @param target of a pair, else null
   */
  record Contents(String text, String target) {}

  private LineText() {}

  /**
   * Reads a line.
   *
   * @param line not blank
   * @param number of the line in its file, from 1
   * @throws InputException naming file and line, where it is not of the format
   */
  static Contents read(TextFile file, String line, long number) {
    return switch (file.format()) {
      case TEXT -> throw new IllegalArgumentException("Plain text has no lines of its own");
      case TABBED_PAIRS -> tabbed(file.path(), line, number);
      case JSON_LINES -> {
        Map<String, String> fields = fields(file, line, number);
        yield new Contents(needed(file, fields, TEXT, number), null);
      }
      case JSON_PAIRS -> {
        Map<String, String> fields = fields(file, line, number);
        yield new Contents(
            needed(file, fields, INPUT, number), needed(file, fields, TARGET, number));
      }
    };
  }

  /** Whether a line is an object with the fields of a pair, whatever they hold. */
  static boolean isPair(String line) {
    try (JsonParser parser = JSON.createParser(line)) {
      Set<String> names = new HashSet<>();
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          names.add(parser.currentName());
          parser.nextToken();
          parser.skipChildren();
        }
      }
      return names.contains(INPUT) && names.contains(TARGET);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The labels that a line of JSON lines gives its text, if any: of each word (a list {@code
   * domains} or {@code labels}), or one of all of it (a string {@code domain} or {@code label}).
   */
  static List<String> labels(TextFile file, String line, long number) {
    List<String> labels = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(line)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        boolean ofText = name.equals("domain") || name.equals("label");
        boolean ofWords = name.equals("domains") || name.equals("labels");
        if (ofText && value == JsonToken.VALUE_STRING && labels.isEmpty()) {
          labels.add(parser.getText());
        } else if (ofWords && value == JsonToken.START_ARRAY && labels.isEmpty()) {
          while (parser.nextToken() == JsonToken.VALUE_STRING) {
            labels.add(parser.getText());
          }
          if (parser.currentToken() != JsonToken.END_ARRAY) {
            throw malformed(file, number, "the field %s is not a list of words".formatted(name));
          }
        } else {
          parser.skipChildren();
        }
      }
      return labels;
    } catch (IOException e) {
      throw new UncheckedIOException("A line that was read can be read again", e);
    }
  }

  private static Contents tabbed(Path file, String line, long number) {
    String bare = line.endsWith("\n") ? line.substring(0, line.length() - 1) : line;
    bare = bare.endsWith("\r") ? bare.substring(0, bare.length() - 1) : bare;
    int tab = bare.indexOf('\t');
    if (tab < 0 || bare.indexOf('\t', tab + 1) >= 0) {
      throw new InputException(
          "%s, line %d: %s. Each line must be an input, one tab, and a target."
              .formatted(file, number, tab < 0 ? "no tab" : "more than one tab"));
    }
    if (bare.substring(0, tab).isBlank()) {
      throw new InputException(
          "%s, line %d: the input before the tab is blank; take the line out."
              .formatted(file, number));
    }
    Contents pair = new Contents(bare.substring(0, tab), bare.substring(tab + 1));
    return number == 1 && pair.equals(HEADER) ? NOTHING : pair;
  }

  private static String needed(
      TextFile file, Map<String, String> fields, String name, long number) {
    String value = fields.get(name);
    if (value == null) {
      throw malformed(file, number, "no field " + name);
    }
    if (name.equals(INPUT) && value.isBlank()) {
      throw malformed(file, number, "the field input is blank");
    }
    return value;
  }

  /** The strings among the fields that documents are made of; others are passed over. */
  private static Map<String, String> fields(TextFile file, String line, long number) {
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw malformed(file, number, "not a JSON object");
      }
      Map<String, String> fields = new HashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        boolean wanted =
            file.format() == TextFile.Format.JSON_PAIRS
                ? name.equals(INPUT) || name.equals(TARGET)
                : name.equals(TEXT);
        JsonToken value = parser.nextToken();
        if (!wanted) {
          parser.skipChildren();
        } else if (value == JsonToken.VALUE_STRING) {
          fields.put(name, parser.getText());
        } else {
          throw malformed(file, number, "the field %s is not a string".formatted(name));
        }
      }
      if (parser.nextToken() != null) {
        throw malformed(file, number, "more than one JSON object");
      }
      return fields;
    } catch (JsonProcessingException e) {
      throw malformed(
          file,
          number,
          "not valid JSON (%s)".formatted(e.getOriginalMessage().lines().findFirst().orElse("")));
    } catch (IOException e) {
      throw new UncheckedIOException("A string can always be read", e);
    }
  }

  private static InputException malformed(TextFile file, long number, String what) {
    return new InputException(
        "%s, line %d: %s. Each line must be an object such as %s."
            .formatted(
                file.path(),
                number,
                what,
                file.format() == TextFile.Format.JSON_PAIRS
                    ? "{\"input\": \"...\", \"target\": \"...\"}"
                    : "{\"text\": \"...\"}"));
  }
}
