package dev.switchyard.app.terminal;

import java.util.Locale;

/** Numbers as people read them. */
public final class Figures {
  private Figures() {}

  /** A loss or cross entropy in nats. */
  public static String loss(double value) {
    return format("%.3f", value);
  }

  /** A factor, such as a speed-up. */
  public static String factor(double value) {
    return format("%.2f", value);
  }

  /** Milliseconds of a step. */
  public static String millis(double value) {
    return format("%.1f", value);
  }

  /** A share as a percentage. */
  public static String percent(double share) {
    return format("%.1f%%", 100 * share);
  }

  /** A whole number with its thousands apart. */
  public static String count(long value) {
    return format("%,d", value);
  }

  /** Something a second: whole below 10,000, then in thousands or millions. */
  public static String rate(double value) {
    if (Double.isNaN(value)) {
      return "-";
    } else if (value < 10_000) {
      return format("%,.0f", value);
    }
    return value < 1_000_000 ? format("%.0fk", value / 1e3) : format("%.1fM", value / 1e6);
  }

  /** A time span in its two largest units. */
  public static String duration(double seconds) {
    if (Double.isNaN(seconds) || Double.isInfinite(seconds)) {
      return "-";
    }
    long whole = Math.max(0, Math.round(seconds));
    if (whole < 60) {
      return whole + " s";
    } else if (whole < 3600) {
      return whole / 60 + " min" + (whole < 600 && whole % 60 > 0 ? " " + whole % 60 + " s" : "");
    } else if (whole < 86_400) {
      return whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }
    return whole / 86_400 + " d " + whole % 86_400 / 3600 + " h";
  }

  /** Bytes in the largest fitting unit. */
  public static String bytes(double bytes) {
    if (bytes < 1e6) {
      return format("%.0f kB", bytes / 1e3);
    }
    return bytes < 1e9 ? format("%.0f MB", bytes / 1e6) : format("%.1f GB", bytes / 1e9);
  }

  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
