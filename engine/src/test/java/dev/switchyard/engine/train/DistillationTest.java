package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.ByteTokenizer;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.Distillation;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import dev.switchyard.engine.tensor.ElementType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A dense student learns from a sparse teacher (Switch Transformers, section 4.1). */
@Timeout(180)
final class DistillationTest {
  @TempDir Path folder;
  private Path text;
  private Path teacher;

  @BeforeEach
  void trainTeacher() throws InterruptedException {
    text = TinyRun.text(folder);
    teacher = folder.resolve("teacher");
    train(TinyRun.config(text, "twin", false), teacher);
  }

  private static void train(RunConfig config, Path folder) throws InterruptedException {
    try (TrainingRun run = TrainingRuns.create(config, folder)) {
      run.start();
      assertThat(run.await()).as(run.failure().orElse("")).isEqualTo(RunState.FINISHED);
    }
  }

  private RunConfig student(Object... changes) {
    return TeachingModel.open(teacher).settings(TinyRun.config(text, changes));
  }

  @Test
  void theStudentHasTheShapeOfTheDenseTwinAndATwinWithoutATeacherBeside() {
    RunConfig config = student();
    ModelConfig own = TinyRun.config(text).model();
    assertThat(config.model().isSparse(true, 1)).isFalse();
    assertThat(config.model().isSparse(false, 1)).isFalse();
    assertThat(config.model().dModel()).isEqualTo(own.dModel());
    assertThat(config.training().twin()).isTrue();
    assertThat(config.distillation().teacherShare()).isEqualTo(0.25);
    assertThat(config.distillation().teacher()).endsWith("step-12");
  }

  @Test
  void theShareOfTheGainAndTheCompressionAreThoseOfThePaper() {
    // Table 6: T5-Base -1.636, Switch-Base -1.444, distilled -1.580: 29 %. Table 7: 223 M / 3.8 B.
    Distillation paper = Distillation.of(1.580, 1.636, 1.444, 223_000_000, 3_800_000_000L);
    assertThat(paper.gainShare()).isCloseTo(0.2917, within(1e-4));
    assertThat(paper.compression()).isCloseTo(0.9413, within(1e-4));
    assertThat(Distillation.of(1, 2, 1, 1, 2).gainShare()).isEqualTo(1);
    assertThat(Distillation.of(2, 2, 1, 1, 2).gainShare()).isZero();
    assertThat(Distillation.of(1, 2, 2, 1, 2).gainShare()).isNaN();
    assertThat(Distillation.of(1, Double.NaN, 1, 1, 2).gainShare()).isNaN();
  }

  @Test
  void everyEvaluationTellsTheShareOfTheGainFromItsThreeModels() throws Exception {
    Path out = folder.resolve("student");
    train(student(), out);
    double own = RunHistory.reports(teacher).getLast().evaluation().model().crossEntropy();
    List<Evaluation> evaluations =
        RunHistory.reports(out).stream()
            .map(StepReport::evaluation)
            .filter(each -> each != null)
            .toList();
    assertThat(evaluations).hasSize(3);
    for (Evaluation each : evaluations) {
      Distillation told = each.distillation();
      // The same text, held out in the same way, and the weights of its last step.
      assertThat(told.teacherCrossEntropy()).isEqualTo(own);
      assertThat(told)
          .isEqualTo(
              Distillation.of(
                  each.model().crossEntropy(),
                  each.twin().crossEntropy(),
                  own,
                  SwitchTransformer.parameterCount(student().model()),
                  told.teacherParameters()));
      assertThat(told.compression()).isBetween(0.1, 0.9);
    }
    assertThat(RunHistory.events(out).stream().filter(e -> e.kind().equals("evaluation")))
        .last()
        .extracting(RunEvent::figures)
        .satisfies(
            figures -> assertThat(figures).containsKeys("teacher_cross_entropy", "compression"));
  }

  @Test
  void withoutAShareItIsTheTwinAndWithOneItIsNot() throws Exception {
    Path none = folder.resolve("none");
    train(student("teacher_share", 0.0, "dropout_rate", 0.0), none);
    for (StepReport step : RunHistory.reports(none)) {
      assertThat(step.model().loss()).isEqualTo(step.twin().loss());
    }
    Path some = folder.resolve("some");
    train(student("teacher_share", 0.5, "teacher_temperature", 2.0), some);
    StepReport last = RunHistory.reports(some).getLast();
    assertThat(last.model().loss()).isNotEqualTo(last.twin().loss());
    assertThat(last.model().loss()).isNotEqualTo(last.model().crossEntropy());
  }

  @Test
  void stoppedAndResumedIsBitForBitTheUninterruptedRun() throws Exception {
    RunConfig config = student("start_from_teacher", true);
    Path whole = folder.resolve("whole");
    Path broken = folder.resolve("broken");
    train(config, whole);
    try (TrainingRun first = TrainingRuns.create(config, broken)) {
      RunWatch watch = RunWatch.of(first);
      for (int i = 0; i < 7; i++) {
        first.singleStep();
        watch.next(RunState.RUNNING);
        watch.next(RunState.PAUSED);
      }
      first.stop();
      first.await();
    }
    try (TrainingRun second = TrainingRuns.reopen(broken, null)) {
      second.start();
      assertThat(second.await()).isEqualTo(RunState.FINISHED);
    }
    assertThat(RunHistory.reports(broken).stream().map(TinyRun::timeless))
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactlyElementsOf(
            RunHistory.reports(whole).stream().map(TinyRun::timeless).toList());
    for (String file : List.of(Checkpoint.MODEL, Checkpoint.TWIN, Checkpoint.OPTIMIZER)) {
      assertThat(RunFolder.checkpoints(broken).newest().resolve(file))
          .hasSameBinaryContentAs(RunFolder.checkpoints(whole).newest().resolve(file));
    }
  }

  @Test
  void aTeacherThatChangedIsRefused() throws Exception {
    RunConfig config = student("steps", 2);
    Path out = folder.resolve("student");
    train(config, out);
    Path weights = RunFolder.checkpoints(teacher).newest().resolve(Checkpoint.MODEL);
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);
    assertThatThrownBy(() -> TrainingRuns.reopen(out, 4L))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("teacher has changed");
  }

  @Test
  void aTeacherThatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> TrainingRuns.check(student().with(Map.of("vocab_size", 900))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("vocab_size is 900");
    RunConfig both =
        student("start_from_teacher", true)
            .with(Map.of("training", Map.of("from", teacher.toString(), "twin", false)));
    assertThatThrownBy(() -> TrainingRuns.check(both)).isInstanceOf(InputException.class);
  }

  @Test
  void weightsOutsideOfExpertsAreTakenByName() {
    RunConfig config = TrainingRuns.check(student("start_from_teacher", true));
    try (Backend backend = Backends.open("cpu", ElementType.FLOAT32);
        SwitchTransformer student =
            new SwitchTransformer(config.model(), config.routing(), backend, 77);
        SwitchTransformer untouched =
            new SwitchTransformer(config.model(), config.routing(), backend, 77);
        SwitchTransformer known =
            SwitchTransformer.unfilled(
                TinyRun.config(text, "vocab_size", new ByteTokenizer().vocabSize()).model(),
                config.routing(),
                backend,
                false)) {
      StartingModel.open(teacher).load(known, false);
      try (Teacher loaded = TeachingModel.open(teacher).load(backend, config)) {
        assertThat(loaded.startOff(student)).isPositive();
      }
      for (int i = 0; i < student.parameters().size(); i++) {
        Parameter parameter = student.parameters().get(i);
        float[] got = backend.floats(parameter.value());
        // The second block's feed-forward layer is a Switch layer in the teacher.
        boolean ofExperts = parameter.name().matches(".*block\\.1\\..*mlp.*");
        if (ofExperts) {
          assertThat(got).isEqualTo(backend.floats(untouched.parameters().get(i).value()));
        } else {
          assertThat(got)
              .as(parameter.name())
              .isEqualTo(backend.floats(named(known, parameter.name()).value()));
        }
      }
    }
  }

  private static Parameter named(SwitchTransformer model, String name) {
    return model.parameters().stream()
        .filter(parameter -> parameter.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
