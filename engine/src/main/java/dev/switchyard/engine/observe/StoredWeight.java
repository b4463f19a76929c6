package dev.switchyard.engine.observe;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor of a model on disk.
 *
 * @param name in the model's files
 * @param type of its elements as the file says it: F32, BF16, F16, ...
 * @param shape lengths of its axes, outermost first
 * @param bytes that it takes in its file
 * @param file the name of that file
 */
public record StoredWeight(String name, String type, List<Long> shape, long bytes, String file) {
  /** A tensor; the shape is copied. */
  public StoredWeight {
    shape = List.copyOf(shape);
  }

  /** A tensor whose shape is an array. */
  public static StoredWeight of(String name, String type, long[] shape, long bytes, String file) {
    return new StoredWeight(name, type, Arrays.stream(shape).boxed().toList(), bytes, file);
  }

  /** How many numbers it holds. */
  public long elements() {
    return shape.stream().reduce(1L, (a, b) -> a * b);
  }
}
