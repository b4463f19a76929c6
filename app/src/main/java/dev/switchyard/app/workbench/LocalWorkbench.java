package dev.switchyard.app.workbench;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Corpus;
import dev.switchyard.engine.data.LabelledTexts;
import dev.switchyard.engine.data.Objective;
import dev.switchyard.engine.microscope.ExpertSurvey;
import dev.switchyard.engine.microscope.FolderInspection;
import dev.switchyard.engine.microscope.ModelMicroscope;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.Inspection;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.ProbeLog;
import dev.switchyard.engine.plan.ClusterConfig;
import dev.switchyard.engine.plan.Plan;
import dev.switchyard.engine.plan.Planner;
import dev.switchyard.engine.plan.WorkloadConfig;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import dev.switchyard.engine.train.ComparedRun;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.StartingModel;
import dev.switchyard.engine.train.TeachingModel;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.TrainingRuns;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.samples.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;

/** The engine on this machine, for the window and for the command line. */
public final class LocalWorkbench implements Workbench {
  private final Home home;
  private final Samples samples = Samples.bundled();
  private final ModelNames names;
  private final SampleData sampleData;
  private final Estimates estimates;

  /** The services over a home folder; nothing is opened yet. */
  public LocalWorkbench(Home home) {
    this.home = home;
    this.names = new ModelNames(home, samples);
    this.sampleData = new SampleData(home);
    this.estimates = new Estimates(home);
  }

  @Override
  public Path runsFolder() {
    return home.runs();
  }

  @Override
  public List<RunSummary> runs() {
    return RunSummaries.in(home.runs());
  }

  @Override
  public List<Sample> samples() {
    return samples.list();
  }

  @Override
  public List<Preset> presets() {
    return Presets.all();
  }

  @Override
  public Estimate estimate(RunConfig config) {
    return estimates.of(TrainingRuns.check(resolve(config)));
  }

  @Override
  public void measurePace(RunConfig config) {
    estimates.measurePace(config);
  }

  /**
   * The configuration with places on this disk where it names the sample corpus or a model, and
   * with the objective that pairs of texts can only be meant for.
   */
  RunConfig resolve(RunConfig config) {
    Map<String, Object> resolved = new LinkedHashMap<>();
    String from = config.training().from();
    if (!from.isBlank()) {
      resolved.put("from", names.folder(from).toString());
    }
    String teacher = config.distillation().teacher();
    if (!teacher.isBlank()) {
      resolved.put("teacher", names.folder(teacher).toString());
    }
    RunConfig withData = sampleData.resolve(config);
    if (!withData.data().takesPairs() && Corpus.holdsPairs(withData.data().data())) {
      resolved.put("objective", Objective.TEXT_TO_TEXT);
    }
    return withData.with(resolved);
  }

  @Override
  public RunConfig learningFrom(String teacher, RunConfig settings) {
    return TeachingModel.open(names.folder(teacher)).settings(settings);
  }

  @Override
  public RunConfig startingFrom(String model, RunConfig settings) {
    return StartingModel.open(names.folder(model)).settings(settings);
  }

  @Override
  public TrainingRun create(RunConfig config, Path folder, DoubleConsumer progress) {
    RunConfig resolved = resolve(config);
    checkMemory(TrainingRuns.check(resolved));
    return TrainingRuns.create(resolved, folder, progress);
  }

  private void checkMemory(RunConfig checked) {
    MachineMemory.check(
        estimates.of(checked).memoryBytes(),
        "The run",
        "take a smaller batch_size, d_model, d_ff or num_experts, or fewer layers");
  }

  @Override
  public TrainingRun reopen(Path folder, Long steps, Map<String, String> changes) {
    return TrainingRuns.reopen(folder, steps, changes);
  }

  @Override
  public boolean isTrainedElsewhere(Path folder) {
    return RunHistory.isInTrainingElsewhere(folder);
  }

  @Override
  public TrainingRun watch(Path folder) {
    return TrainingRuns.watch(folder);
  }

  @Override
  public void goOnInBackground(Path folder) {
    BackgroundRun.start(folder, home);
  }

  @Override
  public TrainingRun reopen(Path folder, Long steps) {
    return TrainingRuns.reopen(folder, steps);
  }

  @Override
  public Microscope open(String model) {
    Path path = names.folder(model);
    ModelFolder folder = ModelFolder.open(path);
    LoadedModel loaded = LoadedModel.of(folder);
    return new ModelMicroscope(
        ModelMicroscope.describe(
                name(model, path),
                loaded.model(),
                loaded.description().data().objective().equals("span_corruption"),
                examples(model, path))
            .trainedOn(trainedOn(path)),
        loaded.model(),
        loaded.tokenizer(),
        loaded::close);
  }

  @Override
  public Plan plan(RunConfig run, ClusterConfig cluster, WorkloadConfig workload) {
    return Planner.plan(run.model(), run.routing(), cluster, workload);
  }

  @Override
  public Inspection inspect(String model) {
    Path path = names.folder(model);
    return new FolderInspection(name(model, path), ModelFolder.open(path).tensors());
  }

  private static String name(String model, Path path) {
    Path last = path.getFileName();
    return last == null ? model : last.toString();
  }

  /** The data of a model's training, as far as it is still there. */
  private static List<String> trainedOn(Path path) {
    return ModelNames.runConfig(path).map(config -> config.data().data()).orElse(List.of()).stream()
        .map(data -> SampleData.isText(data) ? SampleData.NAME : data)
        .filter(data -> data.equals(SampleData.NAME) || Files.exists(Path.of(data)))
        .toList();
  }

  private List<String> examples(String model, Path path) {
    if (names.isSample(model)) {
      return samples.exampleTexts(model);
    }
    return ModelNames.runConfig(path)
        .map(config -> sampleData.examplesFor(config.data().data()))
        .orElse(List.of());
  }

  @Override
  public Evaluation evaluate(String model, List<Path> data) {
    return ModelEvaluation.of(names.folder(model), data);
  }

  @Override
  public ExpertPreferences survey(
      Microscope microscope,
      List<String> data,
      int texts,
      DoubleConsumer progress,
      BooleanSupplier wanted) {
    List<String> given = data.isEmpty() ? microscope.subject().data() : data;
    if (given.isEmpty()) {
      throw new InputException(
          "It is not known what %s was trained on: name files or folders with text, or %s."
              .formatted(microscope.subject().name(), SampleData.NAME));
    }
    LabelledTexts read = LabelledTexts.read(sampleData.paths(given), texts);
    return ExpertSurvey.of(microscope, read, progress, wanted);
  }

  @Override
  public Recording recording(String model) {
    Path folder = names.folder(model);
    if (!RunFolder.isRun(folder)) {
      throw new InputException("%s is no run: it has no run.json to replay.".formatted(folder));
    }
    ProbeLog probes = new ProbeLog();
    RunHistory.forEachProbe(folder, probes::add);
    return new Recording(
        name(model, folder),
        RunSummaries.config(folder),
        TrainingRuns.recorded(folder),
        RunHistory.events(folder),
        probes.snapshot());
  }

  @Override
  public ComparedRun compared(String run) {
    Path folder = names.folder(run);
    if (!RunFolder.isRun(folder)) {
      throw new InputException(
          "%s is no run: it has no run.json, and so no history to compare.".formatted(folder));
    }
    return ComparedRun.of(folder, RunSummaries.config(folder));
  }

  /** Runs and microscopes are their openers' to close; nothing else is held. */
  @Override
  public void close() {}
}
