package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.cuda.EmulatedMachine;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.RunFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on a GPU, which is emulated: they learn the same, and fail in order. */
@Timeout(180)
final class CudaRunTest {
  @TempDir Path folder;
  private final EmulatedMachine machine = new EmulatedMachine();
  private Path text;

  @BeforeEach
  void writeText() {
    text = TinyRun.text(folder);
  }

  @AfterEach
  void closeMachine() {
    machine.close();
  }

  private RunConfig config(String backend, int steps) {
    return TinyRun.config(
        text, "backend", backend, "steps", steps, "checkpoint_every", 2, "twin", false);
  }

  private List<StepReport> train(String backend, int steps) throws InterruptedException {
    try (TrainingRun run =
        TrainingRuns.create(config(backend, steps), folder.resolve(backend + steps))) {
      run.start();
      assertThat(run.await()).as(run.failure().orElse("")).isEqualTo(RunState.FINISHED);
      return run.reports();
    }
  }

  /** Ten times what single precision loses in a step, since each step starts from the last. */
  @Test
  void aRunOnTheGpuLearnsWhatItLearnsOnTheProcessor() throws Exception {
    List<StepReport> cuda = train("cuda", 4);
    List<StepReport> cpu = train("cpu", 4);
    for (int step = 0; step < 4; step++) {
      assertThat(cuda.get(step).model().loss())
          .as("loss of step %d", step)
          .isCloseTo(cpu.get(step).model().loss(), within(1e-4));
      assertThat(cuda.get(step).model().gradientNorm())
          .isCloseTo(cpu.get(step).model().gradientNorm(), within(1e-3));
    }
  }

  @Test
  void aGpuThatIsLostFailsTheRunAndKeepsItsCheckpoint() throws Exception {
    Path path = folder.resolve("lost");
    try (TrainingRun run = TrainingRuns.create(config("cuda", 50), path)) {
      RunWatch watch = RunWatch.of(run);
      run.start();
      watch.step(3);
      machine.loseIn("adam_w");
      assertThat(run.await()).isEqualTo(RunState.FAILED);
      assertThat(run.failure().orElseThrow())
          .contains("emulated GPU stopped working")
          .contains("what was saved stands");
    }
    assertThat(RunFolder.checkpoints(path).list()).isNotEmpty();
    machine.loseIn(null);
    try (TrainingRun resumed = TrainingRuns.reopen(path, null)) {
      RunWatch watch = RunWatch.of(resumed);
      resumed.start();
      watch.step(4);
      resumed.stop();
      assertThat(resumed.await()).isNotEqualTo(RunState.FAILED);
    }
  }

  @Test
  void aGpuThatIsTooSmallRefusesTheRunWithAdvice() {
    machine.haveMemory(20L << 20);
    assertThatThrownBy(() -> TrainingRuns.create(config("cuda", 4), folder.resolve("small")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("emulated GPU has not enough memory left")
        .hasMessageContaining("batch_size");
  }
}
