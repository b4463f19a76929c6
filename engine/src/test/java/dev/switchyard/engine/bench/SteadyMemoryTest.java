package dev.switchyard.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.ChildJvm;
import java.io.BufferedReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Training takes no more memory the longer it goes on, and next to nothing of the Java heap. {@code
 * -Pmemory} looks at 10,000 steps instead of a few hundred. It is measured in a process that does
 * nothing else: what other tests ran before decides what the JIT still puts on the heap.
 */
final class SteadyMemoryTest {
  private static final String STEPS = System.getProperty("memory.steps", "300");
  private static final long MOST_HEAP_A_STEP = 1_000_000;
  // What the JIT keeps of code that it compiles late.
  private static final long MOST_HEAP_GROWTH = 8L << 20;
  private static final long MOST_GROWTH = 400L << 20;

  @Test
  @EnabledOnOs(OS.LINUX)
  void stepsLeaveNothingBehind() throws Exception {
    Process training =
        ChildJvm.running(SteadySteps.class, STEPS)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = training.inputReader()) {
      List<Long> bytes = said.lines().map(Long::valueOf).toList();
      assertThat(training.waitFor()).as("exit code").isZero();
      assertThat(bytes.get(0)).as("heap bytes a step").isLessThan(MOST_HEAP_A_STEP);
      assertThat(bytes.get(1)).as("growth of the heap").isLessThan(MOST_HEAP_GROWTH);
      assertThat(bytes.get(2)).as("growth of the process").isLessThan(MOST_GROWTH);
    } finally {
      training.destroyForcibly().waitFor();
    }
  }
}
