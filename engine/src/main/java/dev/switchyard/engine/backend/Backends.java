package dev.switchyard.engine.backend;

import dev.switchyard.engine.backend.cpu.CpuBackend;
import dev.switchyard.engine.tensor.ElementType;

/** Opens backends by name. */
public final class Backends {
  private Backends() {}

  /**
   * A new backend, which the caller closes.
   *
   * @param name "cpu", or "auto" for the fastest that serves on this machine
   * @param floatType the type of real tensors
   * @throws IllegalArgumentException if there is none of that name, or not for that type
   */
  public static Backend open(String name, ElementType floatType) {
    return switch (name) {
      case "auto", "cpu" -> cpu(floatType);
      default ->
          throw new IllegalArgumentException(
              "There is no backend named \"" + name + "\"; there are auto and cpu.");
    };
  }

  private static Backend cpu(ElementType floatType) {
    if (floatType != ElementType.FLOAT32) {
      throw new IllegalArgumentException(
          "The cpu backend computes in FLOAT32, not in " + floatType + ".");
    }
    return new CpuBackend();
  }
}
