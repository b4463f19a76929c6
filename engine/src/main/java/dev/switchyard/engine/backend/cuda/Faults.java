package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.configuration.InputException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Words a device's faults for people, and remembers that a device is lost: whatever is asked of it
 * then fails at once with the same words, since CUDA would only answer with the same error.
 */
final class Faults {
  private static final Logger LOG = LoggerFactory.getLogger(Faults.class);

  private final CudaDevice device;
  private InputException lost;

  Faults(CudaDevice device) {
    this.device = device;
  }

  /** Whether the device can't do anything any more. */
  boolean isLost() {
    return lost != null;
  }

  /** Does something with the device. */
  void run(Runnable work) {
    get(
        () -> {
          work.run();
          return null;
        });
  }

  /** The same with a result. */
  <T> T get(Supplier<T> work) {
    if (lost != null) {
      throw lost;
    }
    try {
      return work.get();
    } catch (CudaFault fault) {
      LOG.error("A fault of {}", device.facts(), fault);
      throw worded(fault);
    }
  }

  private InputException worded(CudaFault fault) {
    String gpu = device.facts().name();
    return switch (fault.kind()) {
      case OUT_OF_MEMORY -> new InputException(outOfMemory(gpu), fault);
      case LOST -> {
        lost =
            new InputException(
                "The GPU %s stopped working (%s): start the program again; what was saved stands."
                    .formatted(gpu, fault.getMessage()),
                fault);
        yield lost;
      }
      case OTHER ->
          new InputException(
              "The GPU %s refused work (%s); use another backend."
                  .formatted(gpu, fault.getMessage()),
              fault);
    };
  }

  private static String outOfMemory(String gpu) {
    return "The GPU %s has not enough memory left: choose a smaller batch_size, input_length or"
            .formatted(gpu)
        + " model, or end other programs that use it.";
  }
}
