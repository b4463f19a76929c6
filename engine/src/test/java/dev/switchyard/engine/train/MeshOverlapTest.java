package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.parallel.Collectives;
import dev.switchyard.engine.parallel.InProcess;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.parallel.Rank;
import dev.switchyard.engine.parallel.RankFailure;
import dev.switchyard.engine.tensor.ElementType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes on at the same time: exchange and computation. */
@Timeout(120)
final class MeshOverlapTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;

  private RunConfig config() {
    return TinyRun.config(
        TinyRun.text(folder),
        "routing_groups",
        4,
        "vocab_size",
        300,
        "gradient_bucket",
        0.01,
        "expert_dropout_rate",
        0);
  }

  private static Batch batch() {
    int[] inputs = new int[4 * 32];
    int[] targets = new int[4 * 8];
    Arrays.setAll(inputs, i -> 3 + i * 7 % 200);
    Arrays.setAll(targets, i -> 3 + i * 5 % 90);
    int[] inputMask = new int[inputs.length];
    int[] targetMask = new int[targets.length];
    Arrays.fill(inputMask, 1);
    Arrays.fill(targetMask, 1);
    return new Batch(4, 32, 8, inputs, targets, targets, inputMask, targetMask);
  }

  /** The same object, whose calls somebody hears of before they are made. */
  private static <T> T heard(Class<T> type, T of, Consumer<String> listener) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              String what =
                  arguments != null && arguments[0] instanceof String name ? " " + name : "";
              listener.accept(method.getName() + what);
              try {
                Object result = method.invoke(of, arguments);
                return result instanceof Collectives group
                    ? heard(Collectives.class, group, listener)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  /** Hears of what a rank calls. */
  @FunctionalInterface
  private interface Listener {
    void called(int rank, String method);
  }

  /** One step on two devices. */
  private void step(Mesh mesh, RunConfig config, Listener listener) throws InterruptedException {
    InProcess world = new InProcess(2, LIMIT);
    List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int number = 0; number < 2; number++) {
      int own = number;
      threads.add(
          Thread.ofPlatform()
              .name("rank " + number)
              .start(
                  () -> {
                    Consumer<String> heard = method -> listener.called(own, method);
                    try (Backend backend =
                        Backends.openForExchange("cpu", ElementType.FLOAT32, 1, 0, 1)) {
                      Collectives all = world.connect(own);
                      Rank rank = new Rank(mesh, heard(Collectives.class, all, heard), 4);
                      SwitchTransformer model =
                          new SwitchTransformer(
                              config.model(),
                              config.routing(),
                              heard(Backend.class, backend, heard),
                              1,
                              rank);
                      try (RankLearner learner =
                          new RankLearner(
                              "model", rank, model, config.training(), config.parallel())) {
                        learner.compute(batch(), 1);
                      }
                    } catch (RuntimeException | Error e) {
                      world.fail(new RankFailure(own, "failed: " + e, e));
                      thrown.add(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(thrown).isEmpty();
  }

  /** The other device's tokens come only when this one's experts compute: and they do. */
  @Test
  void expertsComputeWhileSlotsTravel() throws InterruptedException {
    CountDownLatch computing = new CountDownLatch(1);
    step(
        new Mesh(1, 2, 1),
        config(),
        (rank, method) -> {
          if (rank == 0 && method.equals("batchedMatmul")) {
            computing.countDown();
          } else if (rank == 1 && method.equals("dispatch")) {
            await(computing);
          }
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Most gradients are on their way before the first blocks' backward pass has begun. */
  @Test
  void gradientsAreSummedWhileTheBackwardPassRuns() throws InterruptedException {
    List<String> calls = new ArrayList<>();
    CountDownLatch farAhead = new CountDownLatch(1);
    step(
        new Mesh(2, 1, 1),
        config(),
        (rank, method) -> {
          if (rank == 0) {
            calls.add(method);
            if (method.equals("embedBackward")) {
              farAhead.countDown();
            }
          } else if (method.equals("crossEntropyBackward")) {
            // The other goes through its decoder's backward pass before this one begins.
            await(farAhead);
          }
        });
    String sums = "allReduce gradients";
    int last = calls.lastIndexOf("attentionBackward");
    assertThat(last).isPositive();
    long early = calls.subList(0, last).stream().filter(sums::equals).count();
    long all = calls.stream().filter(sums::equals).count();
    assertThat(early).isGreaterThanOrEqualTo(all / 2).isPositive();
  }
}
