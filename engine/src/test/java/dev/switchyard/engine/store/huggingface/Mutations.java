package dev.switchyard.engine.store.huggingface;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Damages JSON in the ways in which disks, people and enemies do; a seed fixes how. */
final class Mutations {
  private static final Pattern VALUE =
      Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?|\"[^\"]*\"|true|false|null");

  private static final List<String> ODD_VALUES =
      List.of(
          "-1",
          "0",
          "1",
          "2",
          "7",
          "-0.0",
          "0.5",
          "1e308",
          "1e999",
          "-9223372036854775808",
          "2147483647",
          "2147483648",
          "9223372036854775807",
          "9223372036854775808",
          "123456789012345678901234567890",
          "NaN",
          "null",
          "true",
          "\"\"",
          "\"8\"",
          "\"F32\"",
          "\"I64\"",
          "\"../../x\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "[[1]]",
          "[-1,2]",
          "{\"a\":{}}",
          "\"" + "long ".repeat(500) + "\"",
          "[".repeat(2000));

  private final SplittableRandom random;

  Mutations(long seed) {
    this.random = new SplittableRandom(seed);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  /** A damaged copy, one to three damages deep. */
  byte[] of(byte[] json) {
    byte[] damaged = json;
    int times = random.nextInt(5) == 0 ? 3 : 1;
    for (int i = 0; i < times; i++) {
      damaged = once(damaged);
    }
    return damaged;
  }

  private byte[] once(byte[] bytes) {
    if (bytes.length < 2) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(bytes.length);
    int length = 1 + random.nextInt(Math.min(40, bytes.length));
    int to = Math.min(bytes.length, at + length);
    byte[] copy = bytes.clone();
    return switch (random.nextInt(9)) {
      case 0 -> {
        copy[at] ^= (byte) (1 << random.nextInt(8));
        yield copy;
      }
      case 1 -> {
        copy[at] = (byte) random.nextInt();
        yield copy;
      }
      case 2 -> joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, to, bytes.length));
      case 3 -> joined(Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, at, bytes.length));
      case 4 -> Arrays.copyOf(bytes, at);
      default -> withOddValue(bytes);
    };
  }

  private byte[] withOddValue(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    List<MatchResult> values = new ArrayList<>();
    VALUE.matcher(text).results().forEach(values::add);
    if (values.isEmpty()) {
      return bytes;
    }
    MatchResult value = values.get(random.nextInt(values.size()));
    // Half of the time another value of the same file, which is likelier to make sense.
    String odd =
        random.nextBoolean()
            ? ODD_VALUES.get(random.nextInt(ODD_VALUES.size()))
            : values.get(random.nextInt(values.size())).group();
    return (text.substring(0, value.start()) + odd + text.substring(value.end()))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }
}
