package dev.switchyard.views.words;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Figures as people read them. */
public final class Figures {
  private Figures() {}

  /** A whole number with groups: 3,104. */
  public static String whole(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A number with a fixed count of decimals; a dash where there is none. */
  public static String decimal(double value, int decimals) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%,." + decimals + "f", value) : "–";
  }

  /** A number of any size with four digits that matter: 0.05123, -1.2e-05, 26.2. */
  public static String significant(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-3 || size >= 1e6)) {
      return String.format(Locale.ROOT, "%.2e", value);
    }
    int whole = size < 1 ? 1 : (int) Math.floor(Math.log10(size)) + 1;
    String digits = decimal(value, Math.clamp(4 - whole, 0, 4));
    return digits.contains(".") ? digits.replaceAll("\\.?0+$", "") : digits;
  }

  /** A share as a percentage: 2.1%. */
  public static String percent(double share) {
    if (!Double.isFinite(share)) {
      return "–";
    }
    double percent = share * 100;
    return decimal(percent, percent >= 10 || percent == 0 ? 0 : percent >= 0.095 ? 1 : 2) + "%";
  }

  /** A factor: 3.3×. */
  public static String times(double factor) {
    return Double.isFinite(factor)
        ? decimal(factor, factor >= 100 ? 0 : factor >= 10 ? 1 : 2) + "×"
        : "–";
  }

  /** A large number with its unit of thousands: 112 k, 24.1 M, 1.57 T. */
  public static String compact(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    String[] units = {"", " k", " M", " B", " T"};
    int unit = 0;
    double scaled = value;
    while (Math.abs(scaled) >= 999.5 && unit < units.length - 1) {
      scaled /= 1000;
      unit++;
    }
    int decimals = unit == 0 ? 0 : scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
    return decimal(scaled, decimals) + units[unit];
  }

  /** Bytes: 312 MB, 1.1 GB. */
  public static String bytes(double bytes) {
    if (!Double.isFinite(bytes)) {
      return "–";
    }
    String[] units = {"B", "kB", "MB", "GB", "TB"};
    int unit = 0;
    double scaled = bytes;
    while (scaled >= 999.5 && unit < units.length - 1) {
      scaled /= 1000;
      unit++;
    }
    return decimal(scaled, unit < 3 || scaled >= 100 ? 0 : 1) + " " + units[unit];
  }

  /** A length of time: 40 s, 4 min, 2 h 10 min, 3 d 4 h. */
  public static String duration(double seconds) {
    if (!Double.isFinite(seconds) || seconds < 0) {
      return "–";
    }
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + " s";
    } else if (whole < 3600) {
      return Math.round(whole / 60.0) + " min";
    } else if (whole < 86_400) {
      long minutes = whole % 3600 / 60;
      return whole / 3600 + " h" + (minutes == 0 ? "" : " " + minutes + " min");
    }
    long hours = whole % 86_400 / 3600;
    return whole / 86_400 + " d" + (hours == 0 ? "" : " " + hours + " h");
  }

  /** A span of time from microseconds to days. */
  public static String seconds(double seconds) {
    if (!Double.isFinite(seconds) || seconds >= 60) {
      return duration(seconds);
    } else if (seconds >= 1) {
      return decimal(seconds, 2) + " s";
    }
    return seconds >= 1e-3
        ? decimal(seconds * 1e3, seconds >= 0.1 ? 0 : 1) + " ms"
        : decimal(seconds * 1e6, 0) + " µs";
  }

  /** How long ago something was: just now, 5 min ago. */
  public static String ago(long time, Instant now) {
    Duration since = Duration.between(Instant.ofEpochMilli(time), now);
    return since.toSeconds() < 60 ? "just now" : duration(since.toSeconds()) + " ago";
  }

  /** A name of at most so many letters: of a longer one the middle is left out. */
  public static String shortened(String name, int most) {
    if (name.length() <= most) {
      return name;
    }
    int end = most / 2;
    return name.substring(0, most - end - 1) + "…" + name.substring(name.length() - end);
  }

  /** A layer's name as charts show it: encoder.block.1 is enc 1. */
  public static String layer(String name) {
    String[] parts = name.split("\\.");
    if (parts.length == 3 && parts[1].equals("block")) {
      return (parts[0].startsWith("enc") ? "enc " : "dec ") + parts[2];
    }
    return name;
  }

  /** A layer's name in full: encoder.block.1 is encoder 1. */
  public static String layerInWords(String name) {
    String[] parts = name.split("\\.");
    return parts.length == 3 && parts[1].equals("block") ? parts[0] + " " + parts[2] : name;
  }

  /** A count with its noun: 1 token, 3 tokens. */
  public static String count(long count, String noun) {
    return whole(count) + " " + noun + (count == 1 ? "" : "s");
  }
}
