package dev.switchyard.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.tensor.ElementType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Training takes no more memory the longer it goes on, and next to nothing of the Java heap. {@code
 * -Pmemory} looks at 10,000 steps instead of a few hundred.
 */
final class SteadyMemoryTest {
  private static final int STEPS = Integer.getInteger("memory.steps", 300);
  // Until then arenas have grown and the kernels are compiled.
  private static final int FIRST = 200;
  private static final long MOST_HEAP_A_STEP = 1_000_000;
  // What the JIT keeps of code that it compiles late.
  private static final long MOST_HEAP_GROWTH = 8L << 20;
  // The collector takes ever new pages for short-lived objects until it has a few hundred MB.
  private static final int PARTS = 4;
  private static final int MOST_PARTS = 40;
  private static final long MOST_GROWTH = 400L << 20;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

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

  @Test
  @EnabledOnOs(OS.LINUX)
  void stepsLeaveNothingBehind() throws IOException {
    try (Backend backend = Backends.open("cpu", ElementType.FLOAT32);
        StepBenchmark benchmark = new StepBenchmark(small(), backend)) {
      benchmark.train(FIRST);
      long heapBefore = liveHeap();
      long before = resident();
      // Until the last method is compiled, which takes longer on a busy machine and after other
      // tests, vectors lie on the heap: windows are measured until one of them is past that.
      long least = Long.MAX_VALUE;
      for (int part = 0; part < MOST_PARTS && (part < PARTS || least >= MOST_HEAP_A_STEP); part++) {
        long allocated = threads.getTotalThreadAllocatedBytes();
        benchmark.train(STEPS / PARTS);
        allocated = threads.getTotalThreadAllocatedBytes() - allocated;
        least = Math.min(least, allocated / (STEPS / PARTS));
      }
      assertThat(least).as("heap bytes a step").isLessThan(MOST_HEAP_A_STEP);
      assertThat(liveHeap() - heapBefore).as("growth of the heap").isLessThan(MOST_HEAP_GROWTH);
      assertThat(resident() - before).as("growth of the process").isLessThan(MOST_GROWTH);
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
