package dev.switchyard.engine.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.switchyard.engine.configuration.InputException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The words of a {@code tokenizer.json}: the model's vocabulary, and the tokens added to it. */
final class JsonVocabulary {
  /** Far above any vocabulary, and a bound on what a foreign file can make us hold. */
  private static final int MOST_IDS = 1 << 24;

  private static final Pattern BYTE = Pattern.compile("<0x([0-9A-Fa-f]{2})>");
  private static final Pattern BRACKETED = Pattern.compile("[<\\[]\\|?([^<>\\[\\]|]+)\\|?[>\\]]");

  private static final int[] UNPRINTABLE =
      IntStream.range(0, 256)
          .filter(b -> b <= 0x20 || (b >= 0x7F && b <= 0xA0) || b == 0xAD)
          .toArray();

  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Integer, String> words = new HashMap<>();
  private final BitSet special = new BitSet();
  private final boolean byteLevel;
  private int size;

  private JsonVocabulary(boolean byteLevel) {
    this.byteLevel = byteLevel;
  }

  /** Reads a tokenizer: its vocabulary is a map of word to id, or a list of [word, score]. */
  static JsonVocabulary read(JsonNode root) {
    JsonVocabulary vocabulary =
        new JsonVocabulary(root.path("decoder").toString().contains("\"ByteLevel\""));
    JsonNode words = root.path("model").path("vocab");
    if (words.isObject()) {
      words.properties().forEach(e -> vocabulary.add(e.getKey(), e.getValue().asInt()));
    } else {
      int id = 0;
      for (JsonNode pair : words) {
        vocabulary.add(pair.path(0).asText(), id++);
      }
    }
    for (JsonNode added : root.path("added_tokens")) {
      int id = added.path("id").asInt();
      vocabulary.add(added.path("content").asText(), id);
      if (added.path("special").asBoolean()) {
        vocabulary.special.set(id);
      }
    }
    return vocabulary;
  }

  private void add(String word, int id) {
    if (id < 0 || id >= MOST_IDS) {
      throw new InputException(
          "A tokenizer's ids are 0 to %,d, but \"%s\" has %,d: it is no complete tokenizer.json."
              .formatted(MOST_IDS - 1, word, id));
    }
    ids.put(word, id);
    words.put(id, word);
    size = Math.max(size, id + 1);
  }

  /** One more than the largest id. */
  int size() {
    return size;
  }

  /** The id of a word, or -1. */
  int id(String word) {
    return ids.getOrDefault(word, -1);
  }

  /** The ids of {@code <extra_id_0>}, {@code <extra_id_1>} and so on, up to the first missing. */
  int[] sentinels() {
    int count = 0;
    while (ids.containsKey(SentinelText.of(count))) {
      count++;
    }
    int[] sentinels = new int[count];
    for (int n = 0; n < count; n++) {
      sentinels[n] = id(SentinelText.of(n));
    }
    return sentinels;
  }

  /** Whether a token is left out of decoded text: special ones other than sentinels. */
  boolean hidden(int id) {
    String word = words.get(id);
    return word == null || (special.get(id) && !word.equals(SentinelText.of(sentinelNumber(word))));
  }

  private static int sentinelNumber(String word) {
    SentinelText.Match match = SentinelText.next(word, 0, Integer.MAX_VALUE);
    return match == null ? -1 : match.number();
  }

  /** A token as people see it. */
  String piece(int id) {
    String word = words.get(id);
    if (word == null) {
      return "‹unused›";
    }
    Matcher oneByte = BYTE.matcher(word);
    if (oneByte.matches()) {
      return readable(new byte[] {(byte) Integer.parseInt(oneByte.group(1), 16)});
    }
    Matcher bracketed = BRACKETED.matcher(word);
    if (bracketed.matches()) {
      return "‹" + bracketed.group(1) + "›";
    }
    return byteLevel ? readable(bytesOf(word)) : visible(word.replace('▁', ' '));
  }

  private static String visible(String text) {
    return text.replace(' ', '␣').replace('\n', '↵').replace('\t', '⇥');
  }

  /** Bytes as text, or in hexadecimal where they are only part of a character. */
  private static String readable(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      boolean control = text.chars().anyMatch(c -> c < ' ' && c != '\n' && c != '\t');
      return control ? hex(bytes) : visible(text);
    } catch (CharacterCodingException e) {
      return hex(bytes);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes);
  }

  /**
   * The bytes of a word in the alphabet of byte-level tokenizers: printable Latin-1 characters
   * stand for themselves, and characters from U+0100 on for the other bytes, in order.
   */
  private static byte[] bytesOf(String word) {
    byte[] bytes = new byte[word.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = word.charAt(i);
      int beyond = c - 0x100;
      bytes[i] = (byte) (beyond < 0 ? c : beyond < UNPRINTABLE.length ? UNPRINTABLE[beyond] : '?');
    }
    return bytes;
  }
}
