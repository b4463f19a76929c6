package dev.switchyard.engine.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.function.DoublePredicate;

/**
 * Reads many lines of metrics.jsonl: stretches of the file on several threads, their rows handed
 * over in the order of the file.
 */
final class MetricsScan {
  /** Stretches: large enough that starting one costs nothing, small enough to stop soon. */
  private static final int STRETCH = 1 << 20;

  /** In so many bytes there usually is a line. */
  private static final int NEAR = 1 << 13;

  private static final int MOST_THREADS = 8;

  /** Hears of the rows of each stretch, in order, on the thread that scans. */
  interface Receiver {
    void take(MetricsBlock block);
  }

  private final FileChannel file;
  private final long size;

  /** Over a file as long as it is now. */
  MetricsScan(FileChannel file) throws IOException {
    this.file = file;
    this.size = file.size();
  }

  /**
   * Reads the lines that begin in a part of the file.
   *
   * @param progress hears the share that is done; false stops
   * @throws CancellationException where it was stopped; what was handed over until then was right
   */
  void read(long from, long to, DoublePredicate progress, Receiver receiver) throws IOException {
    long last = Math.min(to, size);
    int threads = Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS);
    if (last - from <= STRETCH || threads == 1) {
      readAlone(from, last, progress, receiver);
      return;
    }
    ThreadFactory named = Thread.ofPlatform().name("switchyard-history-", 0).daemon().factory();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads, named)) {
      readTogether(pool, 2 * threads, from, last, progress, receiver);
    }
  }

  private void readAlone(long from, long last, DoublePredicate progress, Receiver receiver)
      throws IOException {
    MetricsBlock block = new MetricsBlock();
    for (long begin = from; begin < last; begin += STRETCH) {
      goOnOrStop(progress, (double) (begin - from) / (last - from));
      block.read(file, begin, Math.min(last, begin + STRETCH), size, Integer.MAX_VALUE);
      receiver.take(block);
    }
  }

  private void readTogether(
      ExecutorService pool,
      int blocks,
      long from,
      long last,
      DoublePredicate progress,
      Receiver receiver)
      throws IOException {
    Queue<Future<MetricsBlock>> underWay = new ArrayDeque<>();
    long next = from;
    long done = from;
    while (done < last) {
      while (next < last && underWay.size() < blocks) {
        underWay.add(submit(pool, new MetricsBlock(), next, last));
        next += STRETCH;
      }
      goOnOrStop(progress, (double) (done - from) / (last - from));
      MetricsBlock block = await(underWay.remove());
      receiver.take(block);
      done += STRETCH;
      if (next < last) {
        underWay.add(submit(pool, block, next, last)); // the same block again: no new memory
        next += STRETCH;
      }
    }
  }

  private Future<MetricsBlock> submit(
      ExecutorService pool, MetricsBlock block, long begin, long last) {
    return pool.submit(
        () -> {
          block.read(file, begin, Math.min(last, begin + STRETCH), size, Integer.MAX_VALUE);
          return block;
        });
  }

  private static void goOnOrStop(DoublePredicate progress, double share) {
    if (!progress.test(share)) {
      throw new CancellationException("Reading the history was stopped");
    }
  }

  private static MetricsBlock await(Future<MetricsBlock> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("Reading the history was interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException problem) {
        throw problem;
      }
      throw new IllegalStateException("A history could not be read", e.getCause());
    }
  }

  /**
   * The first good line that begins at or after a place, or near there.
   *
   * @param block receives its row; none where the file has no such line
   */
  void readLine(long place, MetricsBlock block) throws IOException {
    for (long length = NEAR; ; length *= 4) {
      long to = Math.min(size, place + length);
      block.read(file, place, to, size, 1);
      if (block.count() > 0 || to == size || length > LineFile.LONGEST_LINE) {
        return;
      }
    }
  }

  /**
   * Two places near to one another: lines that begin before the first are of steps before the given
   * one, lines that begin at the second or later are not. Found by halving: steps only grow in
   * these files.
   */
  record Around(long before, long after) {}

  Around placesAround(long step) throws IOException {
    MetricsBlock block = new MetricsBlock();
    long low = 0;
    long high = size;
    while (high - low > STRETCH / 16) {
      long middle = (low + high) >>> 1;
      readLine(middle, block);
      if (block.count() > 0 && block.rows()[MetricsLine.STEP] < step) {
        low = block.end();
        high = Math.max(high, low);
      } else {
        high = middle;
      }
    }
    return new Around(low, high);
  }

  /** Size of the file when the scan began. */
  long size() {
    return size;
  }
}
