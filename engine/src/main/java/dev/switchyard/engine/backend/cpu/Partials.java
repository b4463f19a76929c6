package dev.switchyard.engine.backend.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * Sums over rows that several threads share: the rows are cut into blocks by their number alone,
 * each block is summed by itself, and the blocks' sums are added in order. So the result doesn't
 * depend on the number of threads.
 */
final class Partials {
  private static final int SMALLEST_BLOCK = 32;
  private static final int MOST_BLOCKS = 128;

  private Partials() {}

  /** Into how many blocks so many rows are cut. */
  static int blocks(int rows) {
    return Math.clamp(Math.ceilDiv(rows, SMALLEST_BLOCK), 1, MOST_BLOCKS);
  }

  /** First row of a block. */
  static int start(int rows, int blocks, long block) {
    return (int) (rows * block / blocks);
  }

  /** to += the sum of so many vectors of n elements that lie one behind the other. */
  static void add(long partials, int blocks, int n, long to) {
    add(partials, 4L * n, blocks, n, to);
  }

  /** to += the sum of so many vectors of n elements, {@code stride} bytes from one to the next. */
  static void add(long partials, long stride, int blocks, int n, long to) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector sum = Lanes.load(partials + 4L * i);
      for (int block = 1; block < blocks; block++) {
        sum = sum.add(Lanes.load(partials + stride * block + 4L * i));
      }
      Lanes.store(Lanes.load(to + 4L * i).add(sum), to + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      float sum = OffHeap.getFloat(partials + 4L * i);
      for (int block = 1; block < blocks; block++) {
        sum += OffHeap.getFloat(partials + stride * block + 4L * i);
      }
      OffHeap.setFloat(to + 4L * i, OffHeap.getFloat(to + 4L * i) + sum);
    }
  }
}
