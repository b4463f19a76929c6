package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.ParameterSource.Start;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * Initial weights: a pure function of the seed and of a weight's name in the checkpoint, so that a
 * Switch model and its dense twin start with the same weights where they share them.
 *
 * @param seed of the run
 * @param scale s in the standard deviation sqrt(s/n)
 * @param embeddingDeviation standard deviation of the embedding
 */
record Initialisation(long seed, double scale, double embeddingDeviation) {
  private static final double TRUNCATION = 2;
  // A draw is beyond two deviations once in 22; sixteen times in a row, never.
  private static final int DRAWS = 16;

  /** Fills the tensor that a checkpoint names so. */
  void fill(Backend backend, Start start, String name, Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    long stream = new RandomKey(seed, nameBits(name), 0).stream();
    switch (start) {
      case ONES -> Arrays.fill(values, 1);
      case EMBEDDING -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (embeddingDeviation * normal(stream, (long) i * DRAWS));
        }
      }
      case TRUNCATED_NORMAL -> truncatedNormal(stream, tensor.length(-1), values);
      case POSITION_BIAS -> truncatedNormal(stream, tensor.length(0), values);
    }
    backend.write(tensor, values);
  }

  private void truncatedNormal(long stream, int inputs, float[] values) {
    double deviation = Math.sqrt(scale / inputs);
    for (int i = 0; i < values.length; i++) {
      double z = 0;
      for (int draw = 0; draw < DRAWS; draw++) {
        z = normal(stream, (long) i * DRAWS + draw);
        if (Math.abs(z) <= TRUNCATION) {
          break;
        }
      }
      values[i] = (float) (deviation * Math.clamp(z, -TRUNCATION, TRUNCATION));
    }
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
