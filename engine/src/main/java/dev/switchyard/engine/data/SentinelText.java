package dev.switchyard.engine.data;

/** How sentinels are written in a text: {@code <extra_id_0>}, {@code <extra_id_1>}, ... */
final class SentinelText {
  private static final String BEFORE = "<extra_id_";

  private SentinelText() {}

  /** A written sentinel: its number, and the UTF-16 units {@code [start, end)} that it takes. */
  record Match(int number, int start, int end) {}

  /** The sentinel of the given number, written. */
  static String of(int number) {
    return BEFORE + number + ">";
  }

  /** The first written sentinel at or after a place whose number is below a count, or null. */
  static Match next(String text, int from, int count) {
    for (int at = text.indexOf(BEFORE, from); at >= 0; at = text.indexOf(BEFORE, at + 1)) {
      int digits = at + BEFORE.length();
      int end = digits;
      // Six digits are more than any tokenizer's sentinels, and fit into an int.
      while (end < text.length() && end - digits < 6 && isDigit(text.charAt(end))) {
        end++;
      }
      if (end == digits || end == text.length() || text.charAt(end) != '>') {
        continue;
      }
      int number = Integer.parseInt(text, digits, end, 10);
      boolean written = text.startsWith(of(number), at); // not <extra_id_007>
      if (written && number < count) {
        return new Match(number, at, end + 1);
      }
    }
    return null;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
