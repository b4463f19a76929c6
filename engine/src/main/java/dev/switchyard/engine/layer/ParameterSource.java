package dev.switchyard.engine.layer;

import java.util.List;

/** Where layers under construction get their parameters: memory, or only a count. */
@FunctionalInterface
public interface ParameterSource {
  /** How a parameter starts. */
  enum Start {
    /** Truncated normal with standard deviation sqrt(s/n), n the last axis (section 2.4). */
    TRUNCATED_NORMAL,
    /** Normal with the embedding's standard deviation. */
    EMBEDDING,
    /** Truncated normal with standard deviation sqrt(s/n), n the first axis (buckets). */
    POSITION_BIAS,
    /**
     * Normal with the routers' standard deviation, or as {@link #TRUNCATED_NORMAL} where that is 0.
     */
    ROUTER,
    /** All 1. */
    ONES
  }

  /**
   * A new parameter.
   *
   * @param names in the checkpoint: one, or one for each index of the first axis
   * @param shape [out, in], [d], or [E, out, in]
   */
  Parameter create(Start start, List<String> names, int... shape);

  /**
   * Zeros that no gradient moves; null where only parameters are asked for.
   *
   * @param name in the checkpoint
   */
  default Buffer buffer(String name, int size) {
    return null;
  }

  /** Whether routers decide bit by bit, one row of weights a bit instead of one an expert. */
  default boolean hasTreeRouters() {
    return false;
  }

  /** A projection without bias, named {@code prefix.weight}. */
  default Linear linear(String prefix, int out, int in) {
    return new Linear(create(Start.TRUNCATED_NORMAL, List.of(prefix + ".weight"), out, in));
  }

  /** A normalisation's weight, named {@code prefix.weight}. */
  default Parameter ones(String prefix, int size) {
    return create(Start.ONES, List.of(prefix + ".weight"), size);
  }

  /**
   * One matrix for each expert, named {@code prefix.expert_isuffix.weight}.
   *
   * @param suffix empty, or with a point in front
   */
  default Parameter experts(String prefix, String suffix, int experts, int out, int in) {
    List<String> names = List.copyOf(new ExpertNames(prefix, suffix, experts));
    return create(Start.TRUNCATED_NORMAL, names, experts, out, in);
  }
}
