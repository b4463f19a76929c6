package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run trains, obeys between two steps, tells what it does, and ends in order. */
@Timeout(180)
final class TrainingRunTest {
  @TempDir Path folder;
  private Path text;
  private Path run;

  @BeforeEach
  void writeText() {
    text = TinyRun.text(folder);
    run = folder.resolve("run");
  }

  @Test
  void lossesOfBothModelsFallAndTheFolderTellsAll() throws Exception {
    RunConfig config = TinyRun.config(text, "steps", 60, "checkpoint_every", 25);
    try (TrainingRun training = TrainingRuns.create(config, run)) {
      RunWatch watch = RunWatch.of(training);
      training.start();
      assertThat(training.await()).isEqualTo(RunState.FINISHED);

      List<StepReport> reports = training.reports();
      assertThat(reports).extracting(StepReport::step).hasSize(60).isSorted();
      double before = reports.getFirst().model().crossEntropy();
      // From about ln(vocabulary) nats to the level of frequent letters takes far fewer steps.
      assertThat(reports.getLast().model().crossEntropy()).isLessThan(before * 0.7);
      assertThat(reports.getLast().twin().crossEntropy()).isLessThan(before * 0.7);
      assertThat(reports.getLast().model().layers()).hasSize(2);
      assertThat(reports.getLast().twin().layers()).isEmpty();
      assertThat(watch.reports).isEqualTo(reports);
      assertThat(RunHistory.reports(run))
          .usingRecursiveComparison()
          .withEqualsForType(Double::equals, Double.class)
          .isEqualTo(reports);
      assertThat(RunHistory.events(run)).isEqualTo(training.events()).isEqualTo(watch.events);
      assertThat(watch.kinds()).startsWith("started").endsWith("checkpoint", "finished");
    }
    assertThat(RunFolder.checkpoints(run).list()).containsOnlyKeys(25L, 50L, 60L);
    assertThat(RunHistory.state(run, RunHistory.events(run))).isEqualTo("finished");
  }

  @Test
  void evaluationsComeWhenTheyAreDueAndTellBothModels() throws Exception {
    try (TrainingRun training = TrainingRuns.create(TinyRun.config(text, "steps", 10), run)) {
      training.start();
      training.await();
      List<RunEvent> evaluations =
          training.events().stream().filter(e -> e.kind().equals("evaluation")).toList();
      assertThat(evaluations).extracting(RunEvent::step).containsExactly(4L, 8L, 10L);
      assertThat(evaluations.getFirst().figures())
          .containsKeys("cross_entropy", "twin_cross_entropy");
    }
  }

  @Test
  void theTwinIsTheDenseModelTrainedOnTheSameBatches() throws Exception {
    try (TrainingRun pair = TrainingRuns.create(TinyRun.config(text), run);
        TrainingRun dense =
            TrainingRuns.create(
                TinyRun.config(
                    text, "twin", false, "encoder_sparse_step", 0, "decoder_sparse_step", 0),
                folder.resolve("dense"))) {
      pair.start();
      dense.start();
      pair.await();
      dense.await();
      // Jitter and experts' dropout have random numbers of their own: the dense model alone draws
      // exactly the twin's.
      assertThat(pair.reports().stream().map(r -> TinyRun.timeless(r.twin())))
          .usingRecursiveFieldByFieldElementComparator()
          .containsExactlyElementsOf(
              dense.reports().stream().map(r -> TinyRun.timeless(r.model())).toList());
    }
  }

  @Test
  void commandsTakeEffectBetweenStepsAndStatesFollow() throws Exception {
    RunConfig config = TinyRun.config(text, "steps", 1_000_000, "eval_every", 0);
    try (TrainingRun training = TrainingRuns.create(config, run)) {
      RunWatch watch = RunWatch.of(training);
      assertThat(training.state()).isEqualTo(RunState.READY);
      training.pause();
      training.resume();
      training.singleStep();
      watch.next(RunState.RUNNING);
      watch.next(RunState.PAUSED);
      assertThat(training.step()).isEqualTo(1);

      training.start();
      training.singleStep();
      watch.next(RunState.RUNNING);
      watch.next(RunState.PAUSED);
      assertThat(training.step()).isEqualTo(2);

      training.resume();
      watch.next(RunState.RUNNING);
      watch.step(7);
      training.pause();
      watch.next(RunState.PAUSED);
      long paused = training.step();
      training.checkpointNow();
      training.stop();
      watch.next(RunState.STOPPING);
      watch.next(RunState.FINISHED);
      assertThat(training.await()).isEqualTo(RunState.FINISHED);
      assertThat(training.step()).isEqualTo(paused);
      assertThat(RunFolder.checkpoints(run).newest()).endsWithRaw(Path.of("step-" + paused));

      training.start();
      training.resume();
      training.singleStep();
    }
    assertThat(RunHistory.events(run).stream().map(RunEvent::kind).toList())
        .startsWith("started", "paused", "paused", "resumed")
        .endsWith("paused", "checkpoint", "stopped");
  }

  @Test
  void theModelInTrainingRoutesTextsAtEveryStage() throws Exception {
    TrainingRun training = TrainingRuns.create(TinyRun.config(text, "steps", 1_000_000), run);
    Microscope.Request request = Microscope.Request.of("the signal waits");
    try (Microscope microscope = training.microscope()) {
      assertThat(microscope.subject().experts()).isEqualTo(4);
      assertThat(microscope.subject().exampleTexts()).isNotEmpty();
      RoutingTrace untrained = microscope.route(request).get(1, TimeUnit.MINUTES);
      assertThat(untrained.layers()).hasSize(2);

      RunWatch watch = RunWatch.of(training);
      training.start();
      watch.step(10);
      RoutingTrace trained = microscope.route(request).get(1, TimeUnit.MINUTES);
      assertThat(trained.crossEntropy()).isLessThan(untrained.crossEntropy());
      assertThat(training.state()).isEqualTo(RunState.RUNNING);

      training.stop();
      training.await();
      assertThat(microscope.route(request).get(1, TimeUnit.MINUTES).layers()).hasSize(2);
      assertThat(microscope.route(Microscope.Request.of("")))
          .failsWithin(1, TimeUnit.MINUTES)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(InputException.class);
      training.close();
      assertThat(microscope.route(request)).isCompletedExceptionally();
    }
  }

  @Test
  void aLossThatIsNoNumberFailsTheRunWithStepAndLayerAndKeepsTheLastCheckpoint() throws Exception {
    RunConfig config =
        TinyRun.config(
            text,
            "learning_rate",
            100,
            "warmup_steps",
            0,
            "steps",
            500,
            "checkpoint_every",
            1000,
            "eval_every",
            0,
            "adam_beta2",
            0.1,
            "max_grad_norm",
            0,
            "init_scale",
            100);
    try (TrainingRun training = TrainingRuns.create(config, run)) {
      training.start();
      assertThat(training.await()).isEqualTo(RunState.FAILED);
      assertThat(training.failure().orElseThrow())
          .matches(
              "Step \\d+: the .*not.* number.*; first in .*\\. Go on from the last checkpoint with"
                  + " .*\\.");
      assertThat(training.events().getLast().kind()).isEqualTo("failed");
      assertThat(training.reports()).hasSize((int) training.step());
    }
    assertThat(RunFolder.checkpoints(run).list()).containsOnlyKeys(0L);
    Checkpoint.open(RunFolder.checkpoints(run).newest()).verify();
    assertThat(RunHistory.state(run, RunHistory.events(run))).isEqualTo("failed");
  }

  @Test
  void aListenerThatNeverReturnsHoldsUpNoStepAndNoLine() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (TrainingRun training = TrainingRuns.create(TinyRun.config(text, "steps", 40), run)) {
      var unused =
          training.listen(
              new RunListener() {
                @Override
                public void onState(RunState state) {
                  try {
                    release.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }
              });
      try {
        training.start();
        // Answered after the steps that are asked for before it.
        Microscope microscope = training.microscope();
        while (!training.state().isOver()) {
          microscope.route(Microscope.Request.of("a")).get(1, TimeUnit.MINUTES);
        }
        assertThat(RunHistory.reports(run)).hasSize(40);
      } finally {
        release.countDown();
      }
      training.await();
    }
  }

  @Test
  void aListenerThatFailsDisturbsNobody() throws Exception {
    try (TrainingRun training = TrainingRuns.create(TinyRun.config(text), run)) {
      var unused =
          training.listen(
              new RunListener() {
                @Override
                public void onStep(StepReport report) {
                  throw new IllegalStateException("a listener's own problem");
                }
              });
      RunWatch watch = RunWatch.of(training);
      training.start();
      training.await();
      assertThat(watch.reports).hasSize(12);
    }
  }

  @Test
  void aFolderThatCanNotBeWrittenFailsTheRunInALineAndTheEarlierCheckpointStands()
      throws Exception {
    try (TrainingRun training = TrainingRuns.create(TinyRun.config(text), run)) {
      // A file in the place of a checkpoint's folder stands for a disk that takes no more.
      Files.writeString(run.resolve("checkpoints/step-5"), "");
      training.start();
      assertThat(training.await()).isEqualTo(RunState.FAILED);
      assertThat(training.failure().orElseThrow())
          .contains("Can't write")
          .contains("step-5")
          .doesNotContain("\n");
    }
    assertThat(RunFolder.checkpoints(run).list()).containsOnlyKeys(0L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "objective | language_model | is_encoder_decoder",
        "is_encoder_decoder | no | needs an encoder",
        "vocab_size | 17 | the tokenizer has",
        "routing_groups | 3 | 3",
        "data | /nowhere/at/all | /nowhere/at/all",
        "tokenizer | /nowhere/tokenizer.json | /nowhere/tokenizer.json"
      })
  void whatDoesNotFitTogetherIsRefusedAndLeavesNothing(String name, String value, String said) {
    RunConfig config = TinyRun.config(text, name, value);
    assertThatThrownBy(() -> TrainingRuns.create(config, run))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(said)
        .hasMessageNotContaining("\n");
    assertThat(run).doesNotExist();
  }

  @Test
  void theVocabularyIsFilledInAndPathsAreMadeAbsolute() {
    try (TrainingRun training = TrainingRuns.create(TinyRun.config(text), run)) {
      assertThat(training.config().model().vocabSize()).isGreaterThan(256);
    }
    RunDescription described = RunDescription.read(run);
    assertThat(described.config().model().vocabSize()).isGreaterThan(256);
    assertThat(described.data()).hasSize(1);
    assertThat(RunFolder.read(run)).containsKeys("created", "provenance");
  }
}
