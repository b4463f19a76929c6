package dev.switchyard.engine.backend;

import dev.switchyard.engine.backend.cpu.CpuBackend;
import dev.switchyard.engine.backend.nd4j.Nd4jBackend;
import dev.switchyard.engine.backend.nd4j.Nd4jRuntime;
import dev.switchyard.engine.tensor.ElementType;

/** Opens backends by name. */
public final class Backends {
  /**
   * A backend, and what to tell people about how it was chosen.
   *
   * @param backend the backend, which the caller closes
   * @param note one line, or empty where there is nothing to tell
   */
  public record Choice(Backend backend, String note) {}

  private Backends() {}

  /**
   * A new backend, which the caller closes.
   *
   * @param name as for {@link #choose}
   * @param floatType the type of real tensors
   * @throws IllegalArgumentException if there is none of that name, or not for that type
   */
  public static Backend open(String name, ElementType floatType) {
    return choose(name, floatType).backend();
  }

  /**
   * A new backend, and why it is this one.
   *
   * @param name "cpu", "nd4j", or "auto" for the fastest that serves on this machine
   * @param floatType the type of real tensors
   * @throws IllegalArgumentException if there is none of that name, or not for that type
   */
  public static Choice choose(String name, ElementType floatType) {
    return switch (name) {
      case "auto" -> fastest(floatType);
      case "cpu" -> new Choice(cpu(floatType), "");
      case "nd4j" -> new Choice(new Nd4jBackend(floatType), Nd4jRuntime.note().orElse(""));
      default ->
          throw new IllegalArgumentException(
              "There is no backend named \"" + name + "\"; there are auto, cpu and nd4j.");
    };
  }

  /**
   * A new backend that shares the machine with others, which the caller closes.
   *
   * @param name as for {@link #choose}
   * @param threads that it may keep busy, where that can be chosen
   */
  public static Backend open(String name, ElementType floatType, int threads) {
    boolean cpu =
        name.equals("cpu")
            || (name.equals("auto") && floatType == ElementType.FLOAT32 && !Nd4jRuntime.usesGpu());
    return cpu ? new CpuBackend(threads) : open(name, floatType);
  }

  // Only nd4j knows double precision, and through its CUDA build GPUs.
  private static Choice fastest(ElementType floatType) {
    boolean nd4j = floatType != ElementType.FLOAT32 || Nd4jRuntime.usesGpu();
    Backend backend = nd4j ? new Nd4jBackend(floatType) : cpu(floatType);
    return new Choice(backend, Nd4jRuntime.note().orElse(""));
  }

  private static Backend cpu(ElementType floatType) {
    if (floatType != ElementType.FLOAT32) {
      throw new IllegalArgumentException(
          "The cpu backend computes in FLOAT32, not in " + floatType + ".");
    }
    return new CpuBackend();
  }
}
