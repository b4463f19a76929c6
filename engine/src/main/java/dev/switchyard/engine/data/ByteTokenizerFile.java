package dev.switchyard.engine.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The byte tokenizer as a {@code tokenizer.json}, in which Hugging Face's tokenizers give the same
 * ids: a vocabulary of single bytes and nothing to merge. Such a file, also one that their library
 * has saved anew, is known again, and stands for {@link ByteTokenizer}.
 */
public final class ByteTokenizerFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Several times what one takes, with all the white space that a library may put between. */
  private static final long LARGEST = 1 << 18;

  private static final String END = "</s>";
  private static final String[] SPECIAL = {"<pad>", END, "<unk>"};

  private ByteTokenizerFile() {}

  /** The contents of the file. */
  public static String text() {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    addedTokens(root.putArray("added_tokens"));
    root.putNull("normalizer");
    byteLevel(root.putObject("pre_tokenizer"));
    endOfText(root.putObject("post_processor"));
    byteLevel(root.putObject("decoder"));
    ObjectNode model = root.putObject("model");
    model.put("type", "BPE");
    model.putNull("dropout");
    model.putNull("unk_token");
    model.putNull("continuing_subword_prefix");
    model.putNull("end_of_word_suffix");
    model.put("fuse_unk", false);
    model.put("byte_fallback", false);
    model.put("ignore_merges", false);
    model.set("vocab", vocabulary());
    model.putArray("merges");
    return root.toString();
  }

  /** Whether a tokenizer's file is the byte tokenizer's. */
  public static boolean isAt(Path file) {
    try {
      return Files.isRegularFile(file)
          && Files.size(file) <= LARGEST
          && is(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return false; // Whoever opens it as a tokenizer of another kind says what is wrong.
    }
  }

  /** Whether the contents of a {@code tokenizer.json} are the byte tokenizer. */
  static boolean is(String text) {
    try {
      JsonNode root = JSON.readTree(text);
      JsonNode model = root.path("model");
      return model.path("type").asText().equals("BPE")
          && model.path("merges").isEmpty()
          && root.path("normalizer").isNull()
          && root.path("pre_tokenizer").path("type").asText().equals("ByteLevel")
          && !root.path("pre_tokenizer").path("add_prefix_space").asBoolean(true)
          && model.path("vocab").equals(vocabulary());
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private static ObjectNode vocabulary() {
    ObjectNode words = JSON.createObjectNode();
    for (int id = 0; id < SPECIAL.length; id++) {
      words.put(SPECIAL[id], id);
    }
    int spare = 256;
    for (int value = 0; value < 256; value++) {
      // Bytes that do not print have the letters from U+0100 on, in their order.
      words.put(Character.toString(prints(value) ? value : spare++), SPECIAL.length + value);
    }
    try (ByteTokenizer bytes = new ByteTokenizer()) {
      int firstSentinel = bytes.vocabSize() - bytes.sentinels();
      for (int id = SPECIAL.length + 256; id < firstSentinel; id++) {
        words.put("<unused_%d>".formatted(id), id);
      }
      for (int n = bytes.sentinels() - 1; n >= 0; n--) {
        words.put(SentinelText.of(n), bytes.sentinel(n));
      }
    }
    return words;
  }

  private static boolean prints(int value) {
    return (value > ' ' && value < 0x7F) || (value > 0xA0 && value != 0xAD);
  }

  private static void addedTokens(ArrayNode tokens) {
    for (int id = 0; id < SPECIAL.length; id++) {
      addedToken(tokens.addObject(), SPECIAL[id], id);
    }
    try (ByteTokenizer bytes = new ByteTokenizer()) {
      for (int n = bytes.sentinels() - 1; n >= 0; n--) {
        addedToken(tokens.addObject(), SentinelText.of(n), bytes.sentinel(n));
      }
    }
  }

  private static void addedToken(ObjectNode token, String content, int id) {
    token.put("id", id);
    token.put("content", content);
    token.put("single_word", false);
    token.put("lstrip", false);
    token.put("rstrip", false);
    token.put("normalized", false);
    token.put("special", true);
  }

  private static void byteLevel(ObjectNode part) {
    part.put("type", "ByteLevel");
    part.put("add_prefix_space", false);
    part.put("trim_offsets", false);
    part.put("use_regex", false);
  }

  /** The library ends each text, as it does for the released models. */
  private static void endOfText(ObjectNode template) {
    template.put("type", "TemplateProcessing");
    ArrayNode single = template.putArray("single");
    piece(single.addObject(), "Sequence", "A");
    piece(single.addObject(), "SpecialToken", END);
    ArrayNode pair = template.putArray("pair");
    for (String sequence : new String[] {"A", "B"}) {
      piece(pair.addObject(), "Sequence", sequence);
      piece(pair.addObject(), "SpecialToken", END);
    }
    ObjectNode end = template.putObject("special_tokens").putObject(END);
    end.put("id", END);
    end.putArray("ids").add(Tokenizer.END);
    end.putArray("tokens").add(END);
  }

  private static void piece(ObjectNode template, String kind, String id) {
    template.putObject(kind).put("id", id).put("type_id", 0);
  }
}
