package dev.switchyard.engine.backend.cpu;

/**
 * Memory for what an operation needs only while it runs: one stretch for each thread and one that
 * all share. It grows to what the largest operation needs, and stays.
 */
final class CpuScratch implements AutoCloseable {
  private static final long LINE = 64;

  private final int threads;
  private long block;
  private long held;
  private long start;
  private long bytesPerThread;

  CpuScratch(int threads) {
    this.threads = threads;
  }

  /** Makes room; contents do not matter. Call before the work is handed to threads. */
  void reserve(long bytesPerThread, long bytesShared) {
    this.bytesPerThread = lines(bytesPerThread);
    long needed = this.bytesPerThread * threads + bytesShared + LINE;
    if (needed > held) {
      close();
      block = OffHeap.allocate(needed);
      held = needed;
      start = lines(block);
    }
  }

  /** Address of the thread's own stretch. */
  long own(int thread) {
    return start + thread * bytesPerThread;
  }

  /** Address of the stretch that all threads share. */
  long shared() {
    return start + threads * bytesPerThread;
  }

  private static long lines(long bytes) {
    return (bytes + LINE - 1) & -LINE;
  }

  @Override
  public void close() {
    if (block != 0) {
      OffHeap.free(block);
    }
    block = 0;
    held = 0;
  }
}
