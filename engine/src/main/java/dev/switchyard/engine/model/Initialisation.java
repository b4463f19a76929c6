package dev.switchyard.engine.model;

import dev.switchyard.engine.layer.ParameterSource.Start;
import dev.switchyard.engine.tensor.RandomKey;

/**
 * What weights start as (section 2.4): a pure function of the seed, of a weight's name in the
 * checkpoint and of an element's index. So a Switch model and its dense twin start with the same
 * weights where they share them, and however many threads draw them.
 *
 * @param seed of the run
 * @param scale s in the standard deviation sqrt(s/n)
 * @param embeddingDeviation standard deviation of the embedding
 * @param routerDeviation that of the routers; 0: as other weights
 */
record Initialisation(long seed, double scale, double embeddingDeviation, double routerDeviation) {
  private static final double TRUNCATION = 2;
  // A draw is beyond two deviations once in 22; sixteen times in a row, never.
  private static final int DRAWS = 16;

  /** The elements of a tensor, each by its index. */
  @FunctionalInterface
  interface Draw {
    float at(long index);
  }

  /** The initial weights that a configuration asks for. */
  static Initialisation of(ModelConfig config, long seed) {
    return new Initialisation(
        seed, config.initScale(), config.embeddingInit(), config.routerInit());
  }

  /**
   * The elements of the tensor that a checkpoint names so.
   *
   * @param shape [out, in] or [d]
   */
  Draw draw(Start start, String name, int... shape) {
    long stream = new RandomKey(seed, nameBits(name), 0).stream();
    return switch (start) {
      case ONES -> index -> 1;
      case EMBEDDING -> normal(stream, embeddingDeviation);
      case TRUNCATED_NORMAL -> truncatedNormal(stream, shape[shape.length - 1]);
      case POSITION_BIAS -> truncatedNormal(stream, shape[0]);
      case ROUTER ->
          routerDeviation > 0
              ? normal(stream, routerDeviation)
              : truncatedNormal(stream, shape[shape.length - 1]);
    };
  }

  private static Draw normal(long stream, double deviation) {
    return index -> (float) (deviation * normal(stream, index * DRAWS));
  }

  private Draw truncatedNormal(long stream, int inputs) {
    double deviation = Math.sqrt(scale / inputs);
    return index -> {
      double z = 0;
      for (int draw = 0; draw < DRAWS; draw++) {
        z = normal(stream, index * DRAWS + draw);
        if (Math.abs(z) <= TRUNCATION) {
          break;
        }
      }
      return (float) (deviation * Math.clamp(z, -TRUNCATION, TRUNCATION));
    };
  }

  /** A standard normal number from 64 random bits: a radius and an angle (Box and Muller). */
  private static double normal(long stream, long index) {
    long bits = RandomKey.bits(stream, index);
    double first = ((bits >>> 32) + 0.5) * 0x1.0p-32;
    double second = (bits & 0xFFFFFFFFL) * 0x1.0p-32;
    return Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
  }

  /** The name in 64 bits (FNV-1a's constants). */
  private static long nameBits(String name) {
    long bits = 0xCBF29CE484222325L;
    for (int i = 0; i < name.length(); i++) {
      bits = (bits ^ name.charAt(i)) * 0x100000001B3L;
    }
    return bits;
  }
}
