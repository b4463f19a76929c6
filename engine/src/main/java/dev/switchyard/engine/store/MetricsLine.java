package dev.switchyard.engine.store;

import dev.switchyard.engine.observe.Quantity;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the numbers of a step's line in metrics.jsonl that stand by themselves, of the model and of
 * its twin, and passes over the rest (loads of experts, layers, devices) without building a tree of
 * it: a long history has gigabytes of it. Numbers differ by at most a unit in the last place from
 * what the line says.
 */
final class MetricsLine {
  /** Places in a row: step, seconds, tokens, then the quantities of every step. */
  static final int STEP = 0;

  static final int SECONDS = 1;
  static final int TOKENS = 2;
  static final int QUANTITIES = 3;

  private static final byte[][] FIELDS = fields();

  /** Numbers of one model; a row has as many of the model, then as many of the twin. */
  static final int WIDTH = FIELDS.length;

  private static final byte[] TWIN = "twin".getBytes(StandardCharsets.US_ASCII);
  private static final double[] POWERS = powers();

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long EACH = 0x0101010101010101L;
  private static final long TOP_BITS = 0x8080808080808080L;

  /** Added to signs of ASCII, sets the top bit of those after Z. */
  private static final long ABOVE_Z = (0x80 - ('Z' + 1)) * EACH;

  /**
   * Taken from signs of ASCII, sets the top bit of those up to the quotation mark, or after one.
   */
  private static final long ABOVE_QUOTE = ('"' + 1) * EACH;

  /** Numbers of more digits don't fit into a long. */
  private static final int MOST_DIGITS = 18;

  private final byte[] text;

  /** Fields of the line before, in its order. */
  private final int[] before = new int[2 * WIDTH];

  private int at;

  /** How many numbers of the line were read. */
  private int number;

  /**
   * Over a text in which the end of every line stands.
   *
   * @param text whole lines, or others: a line that is not whole is damaged
   */
  MetricsLine(byte[] text) {
    this.text = text;
  }

  private static byte[][] fields() {
    List<String> names = new ArrayList<>(List.of("step", "seconds", "tokens"));
    Quantity.ofEveryStep().forEach(quantity -> names.add(quantity.field()));
    return names.stream()
        .map(name -> name.getBytes(StandardCharsets.US_ASCII))
        .toArray(byte[][]::new);
  }

  private static double[] powers() {
    double[] powers = new double[23]; // the powers of ten that are doubles
    double power = 1;
    for (int i = 0; i < powers.length; i++) {
      powers[i] = power;
      power *= 10;
    }
    return powers;
  }

  /**
   * Reads a line.
   *
   * @param from where it begins; its end stands in the text
   * @param row receives the numbers, NaN where the line has none
   * @param place of the first in the row
   * @return whether it is a step's line; else it is damaged
   */
  boolean read(int from, double[] row, int place) {
    Arrays.fill(row, place, place + 2 * WIDTH, Double.NaN);
    at = from;
    number = 0;
    return object(row, place, true) && endsHere() && row[place + STEP] > 0;
  }

  /** Where the line that was read ends: the place of its end-of-line sign. */
  int end() {
    return at;
  }

  private boolean endsHere() {
    skipSpace();
    return text[at] == '\n';
  }

  private boolean object(double[] row, int place, boolean outer) {
    skipSpace();
    if (text[at++] != '{') {
      return false;
    }
    while (true) {
      skipSpace();
      int name = at + 1;
      if (!skipWord()) {
        return false;
      }
      int nameEnd = at - 1;
      skipSpace();
      if (text[at++] != ':' || !value(row, place, outer, name, nameEnd)) {
        return false;
      }
      skipSpace();
      byte next = text[at++];
      if (next == '}') {
        return true;
      } else if (next != ',') {
        return false;
      }
    }
  }

  private boolean value(double[] row, int place, boolean outer, int name, int nameEnd) {
    skipSpace();
    byte first = text[at];
    if (first == '-' || first >= '0' && first <= '9') {
      int field = field(name, nameEnd);
      double number = number();
      if (field >= 0) {
        row[place + field] = number;
      }
      return true;
    } else if (first == '{' && outer && matches(name, nameEnd, TWIN)) {
      return object(row, place + WIDTH, false);
    } else if (first == '{' || first == '[') {
      return skipNested();
    }
    return first == '"' ? skipWord() : skipLiteral();
  }

  /** The place of a field by its name, or -1; numbers mostly follow as in the line before. */
  private int field(int name, int nameEnd) {
    int guess = number < before.length ? before[number] : 0;
    if (!matches(name, nameEnd, FIELDS[guess])) {
      guess = 0;
      while (guess < WIDTH && !matches(name, nameEnd, FIELDS[guess])) {
        guess++;
      }
      if (guess == WIDTH) {
        return -1;
      }
    }
    if (number < before.length) {
      before[number++] = guess;
    }
    return guess;
  }

  private boolean matches(int name, int nameEnd, byte[] word) {
    return nameEnd - name == word.length
        && text[name] == word[0]
        && Arrays.equals(text, name, nameEnd, word, 0, word.length);
  }

  private void skipSpace() {
    while (text[at] == ' ' || text[at] == '\t' || text[at] == '\r') {
      at++;
    }
  }

  /** Passes a text in quotes. */
  private boolean skipWord() {
    if (text[at++] != '"') {
      return false;
    }
    while (text[at] != '"') {
      if (text[at] == '\\') {
        at++;
      }
      if (text[at] == '\n') {
        return false;
      }
      at++;
    }
    at++;
    return true;
  }

  /** Passes true, false or null. */
  private boolean skipLiteral() {
    int begin = at;
    while (text[at] >= 'a' && text[at] <= 'z') {
      at++;
    }
    return at > begin;
  }

  /**
   * Passes eight signs at once as long as none of them opens, closes, quotes or ends anything: all
   * lie between the quotation mark and the first bracket. Most of a line is numbers in lists.
   */
  private void skipPlain() {
    while (at + Long.BYTES <= text.length) {
      long eight = (long) EIGHT.get(text, at);
      long above = (eight + ABOVE_Z) | eight;
      long below = eight - ABOVE_QUOTE;
      if (((above | below) & TOP_BITS) != 0) {
        return;
      }
      at += Long.BYTES;
    }
  }

  /** Passes an object or a list with all that is in it. */
  private boolean skipNested() {
    int depth = 0;
    do {
      skipPlain();
      byte c = text[at];
      if (c > 'Z') {
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      } else if (c == '"') {
        if (!skipWord()) {
          return false;
        }
        continue;
      } else if (c == '\n') {
        return false;
      }
      at++;
    } while (depth > 0);
    return true;
  }

  private double number() {
    int begin = at;
    boolean negative = text[at] == '-';
    at += negative ? 1 : 0;
    long digits = 0;
    int count = 0;
    int power = 0;
    boolean fraction = false;
    for (byte c = text[at]; c >= '0' && c <= '9' || c == '.' && !fraction; c = text[++at]) {
      if (c == '.') {
        fraction = true;
      } else {
        digits = digits * 10 + (c - '0');
        count += digits == 0 ? 0 : 1;
        power -= fraction ? 1 : 0;
      }
    }
    if (text[at] == 'e' || text[at] == 'E') {
      power += exponent();
    }
    if (count > MOST_DIGITS || Math.abs(power) >= POWERS.length) {
      return slowly(begin);
    }
    double value = power < 0 ? digits / POWERS[-power] : digits * POWERS[power];
    return negative ? -value : value;
  }

  private int exponent() {
    at++;
    boolean negative = text[at] == '-';
    at += negative || text[at] == '+' ? 1 : 0;
    int value = 0;
    for (; text[at] >= '0' && text[at] <= '9'; at++) {
      value = Math.min(10_000, value * 10 + (text[at] - '0'));
    }
    return negative ? -value : value;
  }

  private double slowly(int begin) {
    try {
      return Double.parseDouble(new String(text, begin, at - begin, StandardCharsets.US_ASCII));
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
