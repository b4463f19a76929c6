package dev.switchyard.engine.bench;

import com.sun.management.ThreadMXBean;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.tensor.ElementType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Trains a small model for as many steps as it is told, in a process of its own, and prints what
 * they took of memory: bytes of the heap a step, by how many the heap grew, by how many the
 * process.
 */
final class SteadySteps {
  // Until then arenas have grown and the kernels are compiled.
  private static final int FIRST = 200;
  // The collector takes ever new pages for short-lived objects until it has a few hundred MB.
  private static final int PARTS = 4;
  private static final int MOST_PARTS = 40;
  private static final long ENOUGH = 1_000_000;

  private SteadySteps() {}

  private static BenchConfig small() {
    return BenchConfig.defaults()
        .with(
            Map.of(
                "d_model",
                32,
                "d_kv",
                16,
                "num_heads",
                2,
                "d_ff",
                64,
                "num_layers",
                2,
                "num_decoder_layers",
                2,
                "vocab_size",
                200,
                "batch",
                4,
                "input_length",
                32,
                "target_length",
                8));
  }

  public static void main(String[] arguments) throws IOException {
    int steps = Integer.parseInt(arguments[0]) / PARTS;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Backend backend = Backends.open("cpu", ElementType.FLOAT32);
        StepBenchmark benchmark = new StepBenchmark(small(), backend)) {
      benchmark.train(FIRST);
      long heap = liveHeap();
      long resident = resident();
      // Until the last method is compiled, which takes longer on a busy machine, vectors lie on
      // the heap: windows are measured until one of them is past that.
      long least = Long.MAX_VALUE;
      for (int part = 0; part < MOST_PARTS && (part < PARTS || least >= ENOUGH); part++) {
        long allocated = threads.getTotalThreadAllocatedBytes();
        benchmark.train(steps);
        allocated = threads.getTotalThreadAllocatedBytes() - allocated;
        least = Math.min(least, allocated / steps);
      }
      System.out.println(least);
      System.out.println(liveHeap() - heap);
      System.out.println(resident() - resident);
    }
  }

  private static long liveHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Bytes that the process holds in memory, Java heap and native together. */
  private static long resident() throws IOException {
    String pages = Files.readString(Path.of("/proc/self/statm")).split(" ")[1];
    return Long.parseLong(pages) * 4096;
  }
}
