package dev.switchyard.engine.data;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.engine.configuration.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A tokenizer in Hugging Face's {@code tokenizer.json}, run by their own library. The end token and
 * the sentinels are found by their usual names. Padding is id 0 whatever that is in the vocabulary:
 * masks, not ids, say which places of a batch count.
 */
public final class JsonTokenizer implements Tokenizer {
  private static final List<String> END_NAMES =
      List.of(
          "</s>",
          "<eos>",
          "[EOS]",
          "<|endoftext|>",
          "<|end_of_text|>",
          "<|im_end|>",
          "<|eot_id|>",
          "[SEP]");

  private final String json;
  private final String where;
  private final JsonVocabulary vocabulary;
  private final HuggingFaceTokenizer tokenizer;
  private final int end;
  private final int[] sentinels;

  private JsonTokenizer(
      String json,
      String where,
      JsonVocabulary vocabulary,
      HuggingFaceTokenizer tokenizer,
      int end) {
    this.json = json;
    this.where = where;
    this.vocabulary = vocabulary;
    this.tokenizer = tokenizer;
    this.end = end;
    this.sentinels = vocabulary.sentinels();
  }

  /**
   * Reads a tokenizer.
   *
   * @param json contents of a {@code tokenizer.json}
   * @param where it came from, for messages
   * @throws InputException where it is no such, or has no token for the end of a text
   */
  static JsonTokenizer read(String json, String where) {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw foreign(where, e);
    }
    if (!root.path("model").path("vocab").isContainerNode()) {
      throw foreign(where, null);
    }
    JsonVocabulary vocabulary = vocabulary(root, where);
    int end =
        END_NAMES.stream()
            .map(vocabulary::id)
            .filter(id -> id >= 0)
            .findFirst()
            .orElseThrow(
                () ->
                    new InputException(
                        "The tokenizer %s has no token for the end of a text: add one, named %s."
                            .formatted(where, String.join(" or ", END_NAMES.subList(0, 4)))));
    return new JsonTokenizer(json, where, vocabulary, load(json, where), end);
  }

  private static JsonVocabulary vocabulary(JsonNode root, String where) {
    try {
      return JsonVocabulary.read(root);
    } catch (InputException e) {
      throw new InputException("The tokenizer %s: %s".formatted(where, e.getMessage()), e);
    }
  }

  private static InputException foreign(String where, Exception cause) {
    return new InputException(
        "The tokenizer %s is not a complete tokenizer.json: save it with Hugging Face's tokenizers."
            .formatted(where),
        cause);
  }

  private static HuggingFaceTokenizer load(String json, String where) {
    // The library would otherwise ask the network for a GPU build of itself, and report its use.
    setUnlessGiven("ai.djl.offline", "true");
    setUnlessGiven("OPT_OUT_TRACKING", "true");
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
          Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
    } catch (EngineException | LinkageError e) {
      throw new InputException(
          ("The tokenizer %s can't be read here: its library does not run on %s %s. Take the"
                  + " tokenizer bytes.")
              .formatted(where, System.getProperty("os.name"), System.getProperty("os.arch")),
          e);
    } catch (IOException | RuntimeException e) {
      throw new InputException(
          ("The tokenizer %s can't be used: %s. Save it with a current version of Hugging Face's"
                  + " tokenizers.")
              .formatted(where, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  private static void setUnlessGiven(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  @Override
  public int vocabSize() {
    return vocabulary.size();
  }

  @Override
  public int end() {
    return end;
  }

  @Override
  public int sentinel(int n) {
    if (n < 0 || n >= sentinels.length) {
      throw new InputException(
          "There is no sentinel <extra_id_%d>: the tokenizer has %d of them. Cut out fewer spans."
              .formatted(n, sentinels.length));
    }
    return sentinels[n];
  }

  @Override
  public int sentinels() {
    return sentinels.length;
  }

  @Override
  public Encoding encode(String text) {
    ai.djl.huggingface.tokenizers.Encoding encoding =
        working(() -> tokenizer.encode(text, false, false));
    long[] found = encoding.getIds();
    CharSpan[] spans = encoding.getCharTokenSpans();
    int[] units = unitsOfPoints(text);
    int[] ids = new int[found.length];
    int[] starts = new int[found.length];
    int[] ends = new int[found.length];
    for (int i = 0; i < found.length; i++) {
      ids[i] = (int) found[i];
      if (spans[i] != null) {
        starts[i] = unit(units, spans[i].getStart());
        ends[i] = unit(units, spans[i].getEnd());
      } else if (i > 0) {
        starts[i] = ends[i - 1];
        ends[i] = ends[i - 1];
      }
    }
    return new Encoding(ids, starts, ends);
  }

  /** Without the library's strings and spans for each token: several times as fast. */
  @Override
  public int[] ids(String text) {
    TokenizersLibrary library = TokenizersLibrary.LIB;
    long encoding = working(() -> library.encode(tokenizer.getHandle(), text, false));
    try {
      return Arrays.stream(library.getTokenIds(encoding)).mapToInt(Math::toIntExact).toArray();
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  /** What only shows in use: a vocabulary, say, without the word for unknown ones. */
  private <T> T working(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      throw new InputException(
          "The tokenizer %s does not work: %s."
              .formatted(where, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  /** UTF-16 place of each code point, the library's unit; null where the two are the same. */
  private static int[] unitsOfPoints(String text) {
    int points = text.codePointCount(0, text.length());
    if (points == text.length()) {
      return null;
    }
    int[] units = new int[points + 1];
    for (int point = 0; point < points; point++) {
      units[point + 1] = units[point] + Character.charCount(text.codePointAt(units[point]));
    }
    return units;
  }

  private static int unit(int[] units, int point) {
    return units == null ? point : units[Math.min(point, units.length - 1)];
  }

  @Override
  public String decode(List<Integer> ids) {
    long[] shown =
        ids.stream().filter(id -> !vocabulary.hidden(id)).mapToLong(Integer::longValue).toArray();
    return shown.length == 0 ? "" : working(() -> tokenizer.decode(shown, false));
  }

  @Override
  public String piece(int id) {
    return id == end ? "‹end›" : vocabulary.piece(id);
  }

  @Override
  public String description() {
    return json;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
