package dev.switchyard.views.compare;

import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Term;
import java.util.Locale;

/** Quantities and measures in words and figures. */
final class QuantityWords {
  private QuantityWords() {}

  /** The word of the field. */
  static Term term(Quantity quantity) {
    return switch (quantity) {
      case CROSS_ENTROPY -> Term.CROSS_ENTROPY;
      case HELD_OUT -> Term.HELD_OUT;
      case LOSS -> Term.LOSS;
      case LOAD_BALANCING_LOSS -> Term.LOAD_BALANCING_LOSS;
      case Z_LOSS -> Term.Z_LOSS;
      case OUTPUT_Z_LOSS -> Term.OUTPUT_Z_LOSS;
      case DROPPED_FRACTION -> Term.DROPPED_SHARE;
      case GRADIENT_NORM -> Term.GRADIENT_NORM;
      case TOKENS_PER_SECOND -> Term.TOKENS_PER_SECOND;
      case LEARNING_RATE -> Term.LEARNING_RATE;
    };
  }

  /** How to read the chart of a quantity. */
  static String reading(Quantity quantity) {
    return switch (quantity) {
      case CROSS_ENTROPY, HELD_OUT -> "nats a token, lower is better";
      case LOSS -> "what training makes smaller: cross entropy and the weighted other losses";
      case LOAD_BALANCING_LOSS -> "mean over the Switch layers; 1 is balanced";
      case Z_LOSS, OUTPUT_Z_LOSS -> "unweighted";
      case DROPPED_FRACTION -> "of all tokens routed";
      case GRADIENT_NORM -> "before clipping";
      case TOKENS_PER_SECOND -> "of each step";
      case LEARNING_RATE -> "of each step";
    };
  }

  /** A value of a quantity. */
  static String value(Quantity quantity, double value) {
    return switch (quantity) {
      case DROPPED_FRACTION -> Figures.percent(value);
      case TOKENS_PER_SECOND -> Figures.compact(value);
      case LEARNING_RATE -> small(value);
      default ->
          Math.abs(value) >= 1000
              ? Figures.compact(value)
              : Figures.decimal(value, Math.abs(value) >= 100 ? 1 : Math.abs(value) < 0.1 ? 4 : 3);
    };
  }

  /** A round value of a quantity, with no more decimals than it needs. */
  static String tick(Quantity quantity, double value) {
    return switch (quantity) {
      case DROPPED_FRACTION, TOKENS_PER_SECOND, LEARNING_RATE -> value(quantity, value);
      default -> {
        double hundredths = value * 100;
        boolean two = Math.abs(hundredths - Math.rint(hundredths)) < 1e-6;
        yield two && Math.abs(value) < 100 ? Figures.decimal(value, 2) : value(quantity, value);
      }
    };
  }

  private static String small(double value) {
    return Math.abs(value) >= 0.01 || value == 0
        ? Figures.decimal(value, 3)
        : String.format(Locale.ROOT, "%.1e", value);
  }

  /** The word of a measure. */
  static String name(Measure measure) {
    return measure == Measure.FLOPS ? "FLOPs" : measure.name().toLowerCase(Locale.ROOT);
  }

  /** An amount along a measure. */
  static String amount(Measure measure, double value) {
    return switch (measure) {
      case STEPS ->
          value < 10 && value % 1 != 0
              ? Figures.decimal(value, 1)
              : Figures.whole(Math.round(value));
      case TIME -> Figures.duration(value);
      case TOKENS -> Figures.compact(value);
      case FLOPS -> flops(value);
    };
  }

  private static String flops(double value) {
    return value < 1e15 ? Figures.compact(value) : String.format(Locale.ROOT, "%.1e", value);
  }
}
