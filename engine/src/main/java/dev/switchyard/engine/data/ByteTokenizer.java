package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Text as its UTF-8 bytes. Ids: 0 padding, 1 end, 2 unknown, 3 to 258 the bytes 0 to 255, then some
 * that no text uses, and 100 sentinels at the top, descending: {@code <extra_id_0>} is 383. A
 * surrogate without its partner is read as U+FFFD; any other text comes back as it was.
 */
public final class ByteTokenizer implements Tokenizer {
  /** What {@link #description()} says, and what the setting tokenizer is called. */
  public static final String NAME = "bytes";

  private static final int UNKNOWN = 2;
  private static final int FIRST_BYTE = 3;
  private static final int SENTINELS = 100;
  private static final int MULTIPLE = 128;
  private static final int VOCAB_SIZE =
      Math.ceilDiv(FIRST_BYTE + 256 + SENTINELS, MULTIPLE) * MULTIPLE;
  private static final int REPLACEMENT = 0xFFFD;

  @Override
  public int vocabSize() {
    return VOCAB_SIZE;
  }

  @Override
  public int end() {
    return END;
  }

  @Override
  public int sentinel(int n) {
    if (n < 0 || n >= SENTINELS) {
      throw new InputException(
          "There is no sentinel <extra_id_%d>: the byte tokenizer has %d. Cut out fewer spans."
              .formatted(n, SENTINELS));
    }
    return VOCAB_SIZE - 1 - n;
  }

  @Override
  public int sentinels() {
    return SENTINELS;
  }

  @Override
  public Encoding encode(String text) {
    Tokens tokens = new Tokens(text.length());
    int at = 0;
    while (at < text.length()) {
      SentinelText.Match sentinel = SentinelText.next(text, at, SENTINELS);
      int until = sentinel == null ? text.length() : sentinel.start();
      encodeBytes(text, at, until, tokens);
      at = until;
      if (sentinel != null) {
        tokens.add(sentinel(sentinel.number()), sentinel.start(), sentinel.end());
        at = sentinel.end();
      }
    }
    return tokens.encoding();
  }

  private static void encodeBytes(String text, int from, int to, Tokens tokens) {
    int at = from;
    while (at < to) {
      char c = text.charAt(at);
      if (c < 0x80) {
        tokens.add(FIRST_BYTE + c, at, at + 1);
        at++;
        continue;
      }
      int point = text.codePointAt(at);
      int next = at + Character.charCount(point);
      encodePoint(
          point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE
              ? REPLACEMENT
              : point,
          at,
          next,
          tokens);
      at = next;
    }
  }

  /** The two to four bytes of a character beyond ASCII. */
  private static void encodePoint(int point, int start, int end, Tokens tokens) {
    int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    int lead = more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0;
    tokens.add(FIRST_BYTE + (lead | point >> (6 * more)), start, end);
    for (int shift = 6 * (more - 1); shift >= 0; shift -= 6) {
      tokens.add(FIRST_BYTE + (0x80 | (point >> shift & 0x3F)), start, end);
    }
  }

  @Override
  public String decode(List<Integer> ids) {
    StringBuilder text = new StringBuilder();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(ids.size());
    for (int id : ids) {
      if (isByte(id)) {
        bytes.write(id - FIRST_BYTE);
      } else if (isSentinel(id)) {
        text.append(bytes.toString(StandardCharsets.UTF_8)).append(SentinelText.of(number(id)));
        bytes.reset();
      }
    }
    return text.append(bytes.toString(StandardCharsets.UTF_8)).toString();
  }

  @Override
  public String piece(int id) {
    if (isSentinel(id)) {
      return "‹extra_id_%d›".formatted(number(id));
    } else if (!isByte(id)) {
      return id == PAD ? "‹pad›" : id == END ? "‹end›" : id == UNKNOWN ? "‹unk›" : "‹unused›";
    }
    int value = id - FIRST_BYTE;
    return switch (value) {
      case ' ' -> "␣";
      case '\n' -> "↵";
      default ->
          value > ' ' && value < 0x7F
              ? String.valueOf((char) value)
              : String.format(Locale.ROOT, "%02X", value);
    };
  }

  @Override
  public String description() {
    return NAME;
  }

  @Override
  public void close() {}

  private static boolean isByte(int id) {
    return id >= FIRST_BYTE && id < FIRST_BYTE + 256;
  }

  private static boolean isSentinel(int id) {
    return id >= VOCAB_SIZE - SENTINELS && id < VOCAB_SIZE;
  }

  private static int number(int id) {
    return VOCAB_SIZE - 1 - id;
  }

  /** Tokens that grow as a text is read. */
  private static final class Tokens {
    private int[] ids;
    private int[] starts;
    private int[] ends;
    private int count;

    Tokens(int expected) {
      int room = expected + expected / 8 + 8;
      ids = new int[room];
      starts = new int[room];
      ends = new int[room];
    }

    void add(int id, int start, int end) {
      if (count == ids.length) {
        int room = Math.max(16, count + count / 2);
        ids = Arrays.copyOf(ids, room);
        starts = Arrays.copyOf(starts, room);
        ends = Arrays.copyOf(ends, room);
      }
      ids[count] = id;
      starts[count] = start;
      ends[count] = end;
      count++;
    }

    Encoding encoding() {
      return new Encoding(
          Arrays.copyOf(ids, count), Arrays.copyOf(starts, count), Arrays.copyOf(ends, count));
    }
  }
}
