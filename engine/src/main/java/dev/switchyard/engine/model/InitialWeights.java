package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.ParameterSource.Start;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Fills tensors with initial weights, large ones on several threads: a model of billions of weights
 * would keep one thread busy for minutes. For one caller at a time.
 */
final class InitialWeights implements AutoCloseable {
  /** Elements that lie on the host at once. */
  private static final int PIECE = 1 << 22;

  /** Fewer elements than this are drawn sooner than a thread takes them up. */
  private static final int SMALLEST_SHARE = 1 << 14;

  private final Initialisation initialisation;
  private final int threads;
  private ExecutorService drawers;

  InitialWeights(Initialisation initialisation, int threads) {
    this.initialisation = initialisation;
    this.threads = threads;
  }

  /** On as many threads as the machine has processors. */
  static InitialWeights of(ModelConfig config, long seed) {
    return new InitialWeights(
        Initialisation.of(config, seed), Runtime.getRuntime().availableProcessors());
  }

  /** Fills the tensor that a checkpoint names so. */
  void fill(Backend backend, Start start, String name, Tensor tensor) {
    Initialisation.Draw draw = initialisation.draw(start, name, tensor.shape());
    for (long from = 0; from < tensor.size(); from += PIECE) {
      float[] values = new float[(int) Math.min(PIECE, tensor.size() - from)];
      draw(draw, from, values);
      backend.write(new Tensor(tensor.storage(), tensor.offset() + from, values.length), values);
    }
  }

  private void draw(Initialisation.Draw draw, long from, float[] values) {
    int shares = Math.clamp(values.length / SMALLEST_SHARE, 1, threads);
    if (shares == 1) {
      draw(draw, from, values, 0, values.length);
      return;
    }
    List<Callable<Void>> all = new ArrayList<>();
    for (int share = 0; share < shares; share++) {
      int first = (int) ((long) values.length * share / shares);
      int end = (int) ((long) values.length * (share + 1) / shares);
      all.add(
          () -> {
            draw(draw, from, values, first, end);
            return null;
          });
    }
    try {
      for (Future<Void> share : drawers().invokeAll(all)) {
        share.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while initial weights were drawn", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void draw(
      Initialisation.Draw draw, long from, float[] values, int first, int end) {
    for (int i = first; i < end; i++) {
      values[i] = draw.at(from + i);
    }
  }

  private ExecutorService drawers() {
    if (drawers == null) {
      drawers =
          Executors.newFixedThreadPool(
              threads, Thread.ofPlatform().daemon().name("initial-weights-", 1).factory());
    }
    return drawers;
  }

  /** Ends the threads; all weights are drawn by then. */
  @Override
  public void close() {
    if (drawers != null) {
      drawers.close();
    }
  }
}
