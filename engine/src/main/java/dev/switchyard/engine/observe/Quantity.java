package dev.switchyard.engine.observe;

import java.util.Arrays;
import java.util.List;

/** A number that runs are compared by, for a model at a step. */
public enum Quantity {
  CROSS_ENTROPY("cross_entropy", true),
  /** Cross entropy on held-out text, where it was evaluated. */
  HELD_OUT("held_out_cross_entropy", false),
  LOSS("loss", true),
  LOAD_BALANCING_LOSS("load_balancing_loss", true),
  Z_LOSS("z_loss", true),
  OUTPUT_Z_LOSS("output_z_loss", true),
  DROPPED_FRACTION("dropped_fraction", true),
  GRADIENT_NORM("gradient_norm", true),
  TOKENS_PER_SECOND("tokens_per_second", true),
  LEARNING_RATE("learning_rate", true);

  private static final List<Quantity> OF_EVERY_STEP =
      Arrays.stream(values()).filter(Quantity::isOfEveryStep).toList();

  private final String field;
  private final boolean ofEveryStep;

  Quantity(String field, boolean ofEveryStep) {
    this.field = field;
    this.ofEveryStep = ofEveryStep;
  }

  /** Its name in {@code metrics.jsonl}, on the command line and in exported data. */
  public String field() {
    return field;
  }

  /** Whether every step has it. */
  public boolean isOfEveryStep() {
    return ofEveryStep;
  }

  /** Those that every step has, in their order here. */
  public static List<Quantity> ofEveryStep() {
    return OF_EVERY_STEP;
  }
}
