package dev.switchyard.app.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Tokenizers;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench.Estimate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine of this machine gives a window what it needs. */
final class LocalWorkbenchTest {
  @TempDir Path folder;

  private RunConfig tiny(Path text, int steps) {
    Map<String, Object> settings = new HashMap<>(Presets.settings("tiny", true));
    settings.put("data", List.of(text.toString()));
    settings.put("steps", steps);
    settings.put("eval_every", 0);
    return RunConfig.defaults().with(settings);
  }

  private Path text() throws Exception {
    return Files.writeString(
        folder.resolve("text.txt"), "Every token takes one track.\n".repeat(300));
  }

  @Test
  void aFormMayLeaveTheSamplePresetsDataOut() {
    SampleData samples = new SampleData(new Home(folder));
    Map<String, Object> settings = new HashMap<>(Presets.settings(Presets.SAMPLE, false));
    settings.remove("data");
    RunConfig resolved = samples.resolve(RunConfig.defaults().with(settings));
    assertThat(resolved.data().data()).singleElement().asString().endsWith("corpus.jsonl");
    assertThat(Path.of(resolved.data().data().getFirst())).isRegularFile();
    assertThat(Tokenizers.open(resolved.data().tokenizer()).vocabSize()).isGreaterThan(64 + 128);
    assertThat(samples.examplesFor(resolved.data().data())).isNotEmpty();
  }

  @Test
  void textOfOnesOwnIsNotReadWithTheSamplesTokenizer() {
    RunConfig config =
        RunConfig.defaults().with(Map.of("data", "mine.txt", "tokenizer", SampleData.NAME));
    assertThat(new SampleData(new Home(folder)).resolve(config).data().tokenizer())
        .isEqualTo("bytes");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anEstimateCountsParametersAndLearnsThePaceFromRunsOnThisMachine() throws Exception {
    try (LocalWorkbench workbench = new LocalWorkbench(new Home(folder))) {
      RunConfig config = tiny(text(), 25);
      Estimate before = workbench.estimate(config.with(Map.of("twin", true)));
      assertThat(before.secondsPerStep()).isNaN();
      workbench.measurePace(config);
      Estimate first = workbench.estimate(config);
      assertThat(first.rough()).isTrue();
      assertThat(first.secondsPerStep()).isBetween(1e-5, 10.0);
      assertThat(before.twinParameters()).isLessThan(before.parameters());

      RunConfig resolved;
      double took;
      try (TrainingRun run = workbench.create(config, workbench.runsFolder().resolve("one"))) {
        run.start();
        assertThat(run.await()).isEqualTo(RunState.FINISHED);
        resolved = run.config();
        took = run.reports().getLast().model().seconds() / 25;
      }
      Estimate after = workbench.estimate(config);
      assertThat(after.rough()).isFalse();
      assertThat(after.parameters()).isEqualTo(SwitchTransformer.parameterCount(resolved.model()));
      // The same run again: the estimate is what it took.
      assertThat(after.secondsPerStep()).isBetween(0.99 * took, 1.01 * took);
      // Weights, gradients and two moments, and activations that are not nothing.
      assertThat(after.memoryBytes()).isGreaterThan(16.0 * after.parameters() * 1.2);
    }
  }

  @Test
  void runsAreListedReplayedOpenedAndGoOn() throws Exception {
    try (LocalWorkbench workbench = new LocalWorkbench(new Home(folder))) {
      Path place = workbench.runsFolder().resolve("one");
      try (TrainingRun run = workbench.create(tiny(text(), 3), place)) {
        assertThat(workbench.runs()).singleElement().matches(r -> r.state().equals("running"));
        run.start();
        run.await();
      }
      assertThat(workbench.runs())
          .singleElement()
          .matches(r -> r.state().equals("finished") && r.step() == 3 && r.steps() == 3)
          .matches(r -> r.crossEntropy() > 0 && r.detail().contains("4 experts"));
      assertThat(workbench.recording("one").reports()).hasSize(3);
      try (Microscope microscope = workbench.open("one")) {
        assertThat(microscope.subject().experts()).isEqualTo(4);
        assertThat(microscope.route(Microscope.Request.of("token")).get().layers()).hasSize(2);
      }
      try (TrainingRun again = workbench.reopen(place, 4L)) {
        assertThat(again.state()).isEqualTo(RunState.READY);
        assertThat(again.step()).isEqualTo(3);
      }
    }
  }

  @Test
  void aPublishedModelThatNoMachineHoldsIsRefusedBeforeAnythingIsMade() throws Exception {
    Map<String, Object> settings = new HashMap<>(Presets.settings("switch-c-2048", true));
    settings.put("data", List.of(text().toString()));
    RunConfig largest = RunConfig.defaults().with(settings);
    try (LocalWorkbench workbench = new LocalWorkbench(new Home(folder))) {
      assertThat(workbench.estimate(largest).parameters())
          .isEqualTo(SwitchTransformer.parameterCount(largest.model()));
      Path place = workbench.runsFolder().resolve("largest");
      assertThatThrownBy(() -> workbench.create(largest, place))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("The run needs about 12,")
          .hasMessageContaining("GB of memory, and there are")
          .hasMessageContaining("take a smaller batch_size");
      assertThat(place).doesNotExist();
    }
  }

  @Test
  void aDamagedRunDoesNotHideTheOthers() throws Exception {
    try (LocalWorkbench workbench = new LocalWorkbench(new Home(folder))) {
      workbench.create(tiny(text(), 3), workbench.runsFolder().resolve("good")).close();
      Path bad = Files.createDirectories(workbench.runsFolder().resolve("bad"));
      Files.writeString(bad.resolve("run.json"), "{");
      assertThat(workbench.runs()).singleElement().matches(r -> r.name().equals("good"));
    }
  }

  @Test
  void aRunThatCanNotBeMadeLeavesNoFolder() {
    Home home = new Home(folder);
    assertThatThrownBy(
            () ->
                home.withFreeRunFolder(
                    "x",
                    f -> {
                      throw new InputException("no");
                    }))
        .hasMessage("no");
    assertThat(home.runs()).isEmptyDirectory();
    Path first = home.withFreeRunFolder("x", f -> f);
    assertThat(first).isDirectory().hasFileName("x-1");
    Path second = home.withFreeRunFolder("x", f -> f);
    assertThat(second).hasFileName("x-2");
  }
}
