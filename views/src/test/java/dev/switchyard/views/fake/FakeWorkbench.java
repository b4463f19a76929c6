package dev.switchyard.views.fake;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.Inspection;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.plan.ClusterConfig;
import dev.switchyard.engine.plan.Plan;
import dev.switchyard.engine.plan.Planner;
import dev.switchyard.engine.plan.WorkloadConfig;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.train.ComparedRun;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.stream.LongStream;

/** A workbench without an engine: everything at once, everything plausible. */
public final class FakeWorkbench implements Workbench {
  /** Runs that were made or opened, the newest last. */
  public final List<FakeRun> opened = new CopyOnWriteArrayList<>();

  /** Microscopes that were opened, the newest last. */
  public final List<FakeMicroscope> microscopes = new CopyOnWriteArrayList<>();

  /** Runs on disk. */
  public final List<RunSummary> summaries = new CopyOnWriteArrayList<>();

  private final Path folder;

  /** Experts and layers of the sample. */
  public int experts = 8;

  /** NaN: nothing was trained or measured yet. */
  public volatile double secondsPerStep = 0.042;

  private volatile boolean isPaceMeasured;

  /** Why no model can be opened; empty: they can. */
  public volatile String problem = "";

  /** Whoever asks for the presets waits for this. */
  public volatile CountDownLatch presetsRead = new CountDownLatch(0);

  public List<String> layers = FakeReports.LAYERS;

  public FakeWorkbench(Path folder) {
    this.folder = folder;
  }

  /** With some runs on disk. */
  public FakeWorkbench withRuns() {
    long now = System.currentTimeMillis();
    summaries.add(
        new RunSummary(
            folder.resolve("seven-valleys-32"),
            "seven-valleys-32",
            "interrupted",
            3104,
            5000,
            2.291,
            "32 experts · 4 Switch layers · sample corpus",
            now - 4 * 60_000));
    summaries.add(
        new RunSummary(
            folder.resolve("debian-docs"),
            "debian-docs",
            "finished",
            2000,
            2000,
            1.874,
            "8 experts · 4 Switch layers · 5.3 MB of text",
            now - 3 * 3_600_000));
    summaries.add(
        new RunSummary(
            folder.resolve("too-hot"),
            "too-hot",
            "failed",
            212,
            1000,
            5.113,
            "16 experts · 2 Switch layers · sample corpus",
            now - 2 * 86_400_000L));
    return this;
  }

  @Override
  public Path runsFolder() {
    return folder;
  }

  @Override
  public List<RunSummary> runs() {
    return List.copyOf(summaries);
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        new Sample(
            "seven-valleys",
            "Seven valleys",
            "Sixteen small languages over one vocabulary: experts take their trades, and the dense"
                + " twin is beaten. 8 experts, 4 Switch layers.",
            true));
  }

  @Override
  public List<Preset> presets() {
    try {
      presetsRead.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return List.of(
        new Preset(
            "seven-valleys",
            "The settings of the sample pair, on the generated corpus: about a minute.",
            Map.of(
                "num_experts", "8",
                "steps", "1000",
                "batch_size", "32",
                "twin", "true",
                "input_length", "64",
                "learning_rate", "0.005"),
            true),
        new Preset(
            "small",
            "A small encoder-decoder with 8 experts in every second block, for your own text.",
            Map.of("twin", "true"),
            false));
  }

  @Override
  public Estimate estimate(RunConfig config) {
    if (config.model().numExperts() == 13) {
      throw new InputException("13 experts bring bad luck: choose another number.");
    }
    return new Estimate(
        1_900_000L + 130_000L * config.model().numExperts(),
        config.training().twin() ? 1_930_000 : 0,
        3.2e8 + 2.1e6 * config.model().numExperts(),
        secondsPerStep,
        isPaceMeasured);
  }

  @Override
  public void measurePace(RunConfig config) {
    isPaceMeasured = true;
    secondsPerStep = 0.06;
  }

  @Override
  public RunConfig learningFrom(String teacher, RunConfig settings) {
    return settings;
  }

  @Override
  public RunConfig startingFrom(String model, RunConfig settings) {
    return settings.with(Map.of("from", model));
  }

  @Override
  public TrainingRun create(RunConfig config, Path where, DoubleConsumer progress) {
    FakeRun run = new FakeRun(config, where);
    opened.add(run);
    return run;
  }

  @Override
  public TrainingRun reopen(Path where, Long steps, Map<String, String> changes) {
    TrainingRun run = reopen(where, steps);
    if (!changes.isEmpty()) {
      run.change(changes);
    }
    return run;
  }

  /** Folders of runs that another process trains. */
  public final Set<Path> elsewhere = ConcurrentHashMap.newKeySet();

  /** Runs that went on in the background. */
  public final List<Path> inBackground = new CopyOnWriteArrayList<>();

  @Override
  public boolean isTrainedElsewhere(Path where) {
    return elsewhere.contains(where);
  }

  @Override
  public TrainingRun watch(Path where) {
    FakeRun run = new FakeRun(RunConfig.defaults().with(Map.of("twin", true)), where).elsewhere();
    run.trainTo(60);
    opened.add(run);
    return run;
  }

  @Override
  public void goOnInBackground(Path where) {
    inBackground.add(where);
  }

  @Override
  public TrainingRun reopen(Path where, Long steps) {
    Map<String, Object> settings =
        steps == null
            ? Map.of("twin", true, "steps", 5000, "num_experts", 32)
            : Map.of("twin", true, "steps", steps);
    FakeRun run = new FakeRun(RunConfig.defaults().with(settings), where);
    run.trainTo(40);
    opened.add(run);
    return run;
  }

  @Override
  public Microscope open(String model) {
    if (!problem.isEmpty()) {
      throw new InputException(problem);
    }
    if (model.contains("broken")) {
      throw new InputException(
          "%s has no model.safetensors: choose a run, a checkpoint or a model folder."
              .formatted(model));
    }
    FakeMicroscope microscope =
        new FakeMicroscope(Path.of(model).getFileName().toString(), experts, layers);
    microscopes.add(microscope);
    return microscope;
  }

  @Override
  public Plan plan(RunConfig run, ClusterConfig cluster, WorkloadConfig workload) {
    return Planner.plan(run.model(), run.routing(), cluster, workload);
  }

  @Override
  public Inspection inspect(String model) {
    if (model.contains("broken")) {
      throw new InputException(model + " is cut: copy it again.");
    }
    return new FakeInspection(model);
  }

  @Override
  public Evaluation evaluate(String model, List<Path> data) {
    return new Evaluation(
        "held-out text", 4, FakeReports.report(900, experts, false).model(), null);
  }

  /** Called between the texts of a survey. */
  public Runnable betweenTexts = () -> {};

  @Override
  public ExpertPreferences survey(
      Microscope microscope,
      List<String> data,
      int texts,
      DoubleConsumer progress,
      BooleanSupplier wanted) {
    if (data.contains("nowhere")) {
      throw new InputException(
          "There is no file or folder \"nowhere\": check the path of the data.");
    }
    for (int i = 1; i <= 4; i++) {
      if (!wanted.getAsBoolean()) {
        throw new CancellationException();
      }
      progress.accept(i / 4.0);
      betweenTexts.run();
    }
    return FakePreferences.of(data, texts, experts, layers);
  }

  @Override
  public Recording recording(String model) {
    List<RunEvent> events = new ArrayList<>();
    events.add(new RunEvent(1_767_000_000_000L, 0, "started", "started: 8 experts", Map.of()));
    events.add(new RunEvent(1_767_000_010_000L, 200, "checkpoint", "checkpoint", Map.of()));
    return new Recording(
        model,
        RunConfig.defaults().with(Map.of("twin", true, "steps", 900)),
        FakeReports.until(900, 8, true),
        events,
        LongStream.rangeClosed(0, 18).mapToObj(i -> FakeReports.probes(i * 50, 8)).toList());
  }

  @Override
  public ComparedRun compared(String run) {
    Path where = folder.resolve(run);
    if (!RunFolder.isRun(where)) {
      throw new InputException(
          "%s is no run: it has no run.json, and so no history to compare.".formatted(where));
    }
    return ComparedRun.of(
        where,
        RunConfig.defaults().with(RunFolder.section(where, RunFolder.read(where), "config")));
  }

  @Override
  public void close() {}
}
