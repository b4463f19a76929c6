package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.parallel.ParallelConfig;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Transport;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A device that fails, whatever way, fails all within the time limit, and is named. */
@Timeout(60)
final class MeshFailureTest {
  private static final int RANKS = 4;
  private static final int FAILING = 2;
  // Products of a step are many: the failure comes in the middle of one.
  private static final int CALLS_BEFORE = 40;

  @TempDir Path folder;

  /** What happens to the failing device in a product of matrices. */
  @FunctionalInterface
  private interface Accident {
    void happen(Backend device) throws Exception;
  }

  private RunConfig config() {
    Map<String, Object> parallel =
        Map.of("devices", RANKS, "mesh", "data=2,expert=2", "device_timeout", 0.5);
    return TinyRun.config(TinyRun.text(folder), "routing_groups", 4, "vocab_size", 300)
        .with(parallel);
  }

  static Batch batch() {
    int[] inputs = new int[4 * 32];
    int[] targets = new int[4 * 8];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = 3 + i % 200;
    }
    for (int i = 0; i < targets.length; i++) {
      targets[i] = 3 + i % 90;
    }
    int[] inputMask = new int[inputs.length];
    int[] targetMask = new int[targets.length];
    Arrays.fill(inputMask, 1);
    Arrays.fill(targetMask, 1);
    return new Batch(4, 32, 8, inputs, targets, targets, inputMask, targetMask);
  }

  /** Without an accident the device is lost: no call to it works any more, not even the last. */
  private static Backend fragile(Backend device, Accident accident) {
    AtomicInteger products = new AtomicInteger();
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              int calls =
                  method.getName().equals("matmul") ? products.incrementAndGet() : products.get();
              if (accident == null && calls >= CALLS_BEFORE) {
                throw new IllegalStateException("the device is lost");
              } else if (accident != null
                  && calls == CALLS_BEFORE
                  && method.getName().equals("matmul")) {
                accident.happen(device);
              }
              try {
                return method.invoke(device, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void trainWith(Accident accident, String... words) {
    RunConfig config = config();
    ParallelConfig parallel = config.parallel();
    try (Backend whole = Backends.openForExchange("cpu", ElementType.FLOAT32, 1, 0, 1);
        Devices devices =
            new Devices(
                "failing",
                parallel,
                Transport.HOST,
                (rank, cores) -> {
                  Backend own = Backends.openForExchange("cpu", ElementType.FLOAT32, 1, 0, 1);
                  return rank.number() == FAILING ? fragile(own, accident) : own;
                });
        MeshLearner learner = new MeshLearner("model", config.model(), config, devices, whole)) {
      assertThatThrownBy(() -> learner.compute(batch(), 1))
          .isInstanceOf(InputException.class)
          .satisfies(e -> assertThat(e.getMessage()).contains(words))
          .hasMessageContaining("Rank " + FAILING);
      // From now on nothing can be done with the devices, and that is said at once.
      assertThatThrownBy(() -> learner.update(1, 0.1))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("Rank " + FAILING);
    }
  }

  @Test
  void aRankThatThrows() {
    trainWith(
        device -> {
          throw new IllegalStateException("a bit fell over");
        },
        "failed: a bit fell over",
        "data 1, expert 0",
        "the last checkpoint stands");
  }

  @Test
  void aRankThatLosesItsDevice() {
    trainWith(null, "failed: the device is lost");
  }

  @Test
  void aRankThatCannotUseWhatItWasGiven() {
    trainWith(
        device -> {
          throw new InputException("The disk is full: make room.");
        },
        "Rank 2 (data 1, expert 0, model 0): The disk is full: make room.");
  }

  @Test
  void aRankWithoutMemory() {
    trainWith(
        device -> {
          throw new OutOfMemoryError("No memory is left");
        },
        "failed: No memory is left");
  }

  @Test
  void aRankThatStallsForATime() {
    CountDownLatch never = new CountDownLatch(1);
    trainWith(
        device -> assertThat(never.await(3, TimeUnit.SECONDS)).isFalse(),
        "did not come to the",
        "for 0.5 s");
  }
}
