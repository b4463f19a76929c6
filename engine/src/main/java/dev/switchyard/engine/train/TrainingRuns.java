package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.BatchStream;
import dev.switchyard.engine.data.Corpus;
import dev.switchyard.engine.data.FileDigest;
import dev.switchyard.engine.data.HeldOut;
import dev.switchyard.engine.data.PairFit;
import dev.switchyard.engine.data.Position;
import dev.switchyard.engine.data.TextToText;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.data.Tokenizers;
import dev.switchyard.engine.observe.EvenLog;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.parallel.ParallelConfig;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import dev.switchyard.engine.tensor.ElementType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleConsumer;
import java.util.function.Function;

/** Makes training runs, and takes up those that ended, however they ended. */
public final class TrainingRuns {
  private TrainingRuns() {}

  /**
   * Checks that settings fit together and that the tokenizer can be had; the text is not looked at.
   *
   * @return the configuration with the vocabulary's size filled in and all paths absolute
   * @throws InputException naming the settings that don't fit together
   */
  public static RunConfig check(RunConfig given) {
    try (RunSetup setup = RunSetup.of(given)) {
      startingModel(setup.config());
      teachingModel(setup);
      return setup.config();
    }
  }

  /** The model that a configuration starts from, which fits its settings, or null. */
  private static StartingModel startingModel(RunConfig config) {
    if (config.training().from().isBlank()) {
      return null;
    }
    StartingModel from = StartingModel.open(Path.of(config.training().from()));
    from.check(config);
    return from;
  }

  /** The model that a run's model learns from, which fits its settings, or null. */
  private static TeachingModel teachingModel(RunSetup setup) {
    if (!setup.config().distillation().hasTeacher()) {
      return null;
    }
    TeachingModel teacher = TeachingModel.open(Path.of(setup.config().distillation().teacher()));
    teacher.check(setup.config(), setup.tokenizer());
    return teacher;
  }

  /**
   * A new run at READY, with its folder and the checkpoint of step 0. Whatever is wrong with
   * settings, data or folder shows here, and then nothing is left behind.
   *
   * @param folder must not exist yet, or be empty
   * @throws InputException with a line for people
   */
  public static TrainingRun create(RunConfig config, Path folder) {
    return create(config, folder, share -> {});
  }

  /**
   * The same.
   *
   * @param progress hears the share of the data that is read, from 0 to 1
   */
  public static TrainingRun create(RunConfig config, Path folder, DoubleConsumer progress) {
    Path path = folder.toAbsolutePath().normalize();
    RunFolder.checkFree(path);
    boolean existed = Files.exists(path);
    return onNewThread(path, thread -> create(config, path, existed, progress, thread));
  }

  private static TrainingRun create(
      RunConfig given,
      Path path,
      boolean existed,
      DoubleConsumer progress,
      ExecutorService thread) {
    RunSetup setup = RunSetup.of(given);
    StartingModel from = startingModel(setup);
    List<FileDigest> digests = new ArrayList<>();
    List<String> probeTexts = new ArrayList<>();
    Trainer trainer =
        trainer(
            setup,
            path,
            corpus -> {
              digests.addAll(corpus.digests(progress));
              probeTexts.addAll(ExampleTexts.probes(corpus, setup));
              return null;
            });
    RunFolder folder = null;
    try {
      startFrom(from, trainer);
      trainer.chooseProbes(probeTexts);
      Optional<ProbeReport> probes = trainer.probe();
      folder =
          RunFolder.create(
              path,
              RunDescription.of(
                  trainer.setup().config(), trainer.device(), digests, from, teachingModel(setup)));
      folder.checkpoints().write(trainer.checkpoint());
      RunRecord record = new RunRecord(folder, 0);
      recordFit(setup, record);
      probes.ifPresent(record::probes);
      return new EngineTrainingRun(thread, trainer, record, path, folder.checkpoints(), false);
    } catch (RuntimeException | Error e) {
      trainer.close();
      if (folder != null) {
        folder.discard(existed);
      }
      throw e;
    }
  }

  /**
   * An existing run at READY, to go on from its newest whole checkpoint as if it had never stopped;
   * one that was killed before its first checkpoint begins again.
   *
   * @param steps the run's new total; null leaves it
   * @throws InputException where there is no such run, another process has it, its data changed or
   *     all its steps are done; then the folder is as it was
   */
  public static TrainingRun reopen(Path folder, Long steps) {
    return reopen(folder, steps, Map.of());
  }

  /**
   * The same on other devices (checkpoints do not know on which they were made), or with a change
   * that then stands in the run's history.
   *
   * @param changes settings of {@link ParallelConfig}, or those of {@link RunChange#SETTINGS}
   */
  public static TrainingRun reopen(Path folder, Long steps, Map<String, String> changes) {
    Path path = folder.toAbsolutePath().normalize();
    RunFolder held = RunFolder.open(path);
    try {
      return onNewThread(path, thread -> reopen(held, steps, changes, thread));
    } catch (RuntimeException | Error e) {
      held.close();
      throw e;
    }
  }

  /**
   * The steps that a run's folder tells of, in bounded memory: of very many, evenly thinned out.
   */
  public static List<StepReport> recorded(Path folder) {
    int most = RunHistory.lastReport(folder).map(last -> 4 * ReportLog.newest(last)).orElse(2);
    EvenLog<StepReport> log = new EvenLog<>(most);
    RunHistory.forEachReport(folder, log::add);
    return log.snapshot();
  }

  /**
   * Begins to watch a run that another process trains.
   *
   * @throws InputException where none does
   */
  public static TrainingRun watch(Path folder) {
    return WatchedRun.of(folder);
  }

  /** The settings with which a run goes on; what is not about devices is a change of the run. */
  private static RunChange change(RunConfig before, Long steps, Map<String, String> changes) {
    Map<String, String> parallel = new LinkedHashMap<>(changes);
    parallel.keySet().retainAll(SettingsRecord.names(ParallelConfig.class));
    Map<String, String> others = new LinkedHashMap<>(changes);
    others.keySet().removeAll(parallel.keySet());
    RunConfig moved = before.with(parallel);
    RunConfig config =
        RunSetup.withGroups(
            steps == null ? moved : moved.with(Map.of("training", Map.of("steps", steps))));
    return others.isEmpty() ? new RunChange(config, config) : RunChange.of(config, others);
  }

  /**
   * Changes after the step from which a run goes on. They hold, as its description has them, but
   * their lines go with those of the steps that are done again: so they are written anew.
   */
  private static List<RunEvent> lostChanges(Path path, long step) {
    return RunHistory.events(path).stream()
        .filter(event -> event.step() > step && event.kind().equals("changed"))
        .filter(event -> !RunChange.recorded(event.figures()).isEmpty())
        .toList();
  }

  private static void record(RunRecord record, long step, List<RunEvent> lost, RunChange change) {
    lost.forEach(event -> record.event(step, event.kind(), event.text(), event.figures()));
    if (!change.isEmpty()) {
      record.event(step, "changed", change.text(), change.figures());
    }
  }

  private static TrainingRun reopen(
      RunFolder folder, Long steps, Map<String, String> changes, ExecutorService thread) {
    Path path = folder.path();
    Map<String, Object> run = RunFolder.read(path);
    RunDescription before = RunDescription.read(path, run);
    RunChange change = change(before.config(), steps, changes);
    RunConfig config = change.after();
    if (config.data().data().isEmpty()) {
      throw new InputException(
          ("%s was imported without text to train on: start a run with its model (train --from %s"
                  + " --data PATH), or import it again with --data.")
              .formatted(path, path));
    }
    if (folder.checkpoints().isEmpty()) {
      return beginAgain(folder, RunDescription.with(run, config), before, change, thread);
    }
    List<String> damages = new ArrayList<>();
    Checkpoint checkpoint = folder.checkpoints().newestWhole(damages::add);
    checkSteps(path, checkpoint.state().step(), config.training().steps());
    RunSetup setup = RunSetup.of(config, tokenizer(checkpoint));
    List<String> probeTexts = new ArrayList<>();
    Trainer trainer =
        trainer(
            setup,
            path,
            corpus -> {
              verify(before, setup, corpus);
              probeTexts.addAll(ExampleTexts.probes(corpus, setup));
              return checkpoint.state().data();
            });
    try {
      trainer.load(checkpoint);
      trainer.chooseProbes(probeTexts);
      trainer.checkSelectionBiases();
      // Only now does the folder change: all that can be wrong with it has been looked at.
      folder.checkpoints().goOnFrom(trainer.step());
      folder.write(RunDescription.with(run, trainer.setup().config()));
      List<RunEvent> lost = lostChanges(path, trainer.step());
      RunRecord record = new RunRecord(folder, trainer.step());
      record(record, trainer.step(), lost, change);
      String wentBack = "Went back to the checkpoint of step %d: %s";
      String otherDevices = otherDevices(before.config(), config);
      if (!otherDevices.isEmpty()) {
        record.event(trainer.step(), "changed", otherDevices, Map.of());
      }
      for (String damage : damages) {
        record.event(
            trainer.step(), "changed", wentBack.formatted(trainer.step(), damage), Map.of());
      }
      return new EngineTrainingRun(thread, trainer, record, path, folder.checkpoints(), true);
    } catch (RuntimeException | Error e) {
      trainer.close();
      throw e;
    }
  }

  /** What people are told where a run goes on with other devices; empty where they are the same. */
  private static String otherDevices(RunConfig before, RunConfig after) {
    if (before.parallel().equals(after.parallel())) {
      return "";
    }
    int groups = after.routing().capacity().routingGroups();
    String text =
        "Devices: %d (mesh %s) instead of %d (mesh %s)"
            .formatted(
                after.parallel().devices(),
                after.parallel().toMesh(),
                before.parallel().devices(),
                before.parallel().toMesh());
    return groups == before.routing().capacity().routingGroups()
        ? text
        : text + "; routing_groups is now " + groups;
  }

  /** The run's description was written, and then it was killed, before the checkpoint of step 0. */
  private static TrainingRun beginAgain(
      RunFolder folder,
      Map<String, Object> run,
      RunDescription before,
      RunChange change,
      ExecutorService thread) {
    RunSetup setup = RunSetup.of(change.after());
    StartingModel from = startingModel(setup);
    Trainer trainer =
        trainer(
            setup,
            folder.path(),
            corpus -> {
              verify(before, setup, corpus);
              return null;
            });
    try {
      startFrom(from, trainer);
      folder.checkpoints().goOnFrom(0);
      folder.write(run);
      folder.checkpoints().write(trainer.checkpoint());
      RunRecord record = new RunRecord(folder, 0);
      record(record, 0, List.of(), change);
      trainer.probe().ifPresent(record::probes);
      return new EngineTrainingRun(
          thread, trainer, record, folder.path(), folder.checkpoints(), false);
    } catch (RuntimeException | Error e) {
      trainer.close();
      throw e;
    }
  }

  /** Text and teacher must be those that the run had. */
  private static void verify(RunDescription before, RunSetup setup, Corpus corpus) {
    corpus.verify(before.data());
    TeachingModel teacher = teachingModel(setup);
    if (teacher != null) {
      teacher.verify(before.teacher());
    }
  }

  private static StartingModel startingModel(RunSetup setup) {
    try {
      return startingModel(setup.config());
    } catch (RuntimeException e) {
      setup.close();
      throw e;
    }
  }

  private static void startFrom(StartingModel from, Trainer trainer) {
    if (from != null) {
      trainer.startFrom(from);
    }
    DistillationConfig distillation = trainer.setup().config().distillation();
    if (distillation.hasTeacher() && distillation.startFromTeacher()) {
      trainer.startFromTeacher();
    }
    trainer.checkSelectionBiases();
  }

  /** What is cut off pairs, and how much of a batch is padding, stands in the run's history. */
  private static void recordFit(RunSetup setup, RunRecord record) {
    if (setup.objective() instanceof TextToText pairs) {
      PairFit fit = PairFit.of(setup.corpus(), setup.tokenizer(), pairs);
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put("pairs", (double) fit.pairs());
      figures.put("cut_inputs", (double) fit.cutInputs());
      figures.put("cut_targets", (double) fit.cutTargets());
      figures.put("padding", fit.padding());
      record.event(0, "data", fit.text(), figures);
    }
  }

  private static void checkSteps(Path path, long done, long steps) {
    if (done >= steps) {
      throw new InputException(
          "%s has done %d steps, and %d is its total: give a larger total of steps to go on."
              .formatted(path, done, steps));
    }
  }

  /** The run's own copy: the file that it was made with may have changed. */
  private static Tokenizer tokenizer(Checkpoint checkpoint) {
    return Tokenizers.open(ModelFolder.open(checkpoint.folder()).tokenizer());
  }

  /**
   * Text, batches, backend and models of a run; the setup is closed if one of them can't be had.
   *
   * @param start looks at the text and says where the batches start; null: at the beginning
   */
  private static Trainer trainer(RunSetup setup, Path path, Function<Corpus, Position> start) {
    RunConfig config = setup.config();
    TrainingConfig training = config.training();
    BatchAhead batches = null;
    Backend backend = null;
    Devices devices = null;
    try {
      Corpus corpus = Corpus.open(config.data());
      BatchStream stream = stream(setup, corpus, start.apply(corpus));
      Position position = stream.position();
      batches = new BatchAhead(stream, path.getFileName().toString());
      List<HeldOut> heldOut =
          training.evalEvery() == 0
              ? List.of()
              : HeldOut.of(
                  config.data(),
                  corpus,
                  setup.tokenizer(),
                  setup.objective(),
                  training.batchSize(),
                  training.evalBatches());
      TeachingModel teaching = teachingModel(setup);
      backend = open(config);
      if (config.parallel().devices() > 1) {
        devices = Devices.of(path.getFileName().toString(), config);
      }
      return new Trainer(setup, backend, devices, batches, position, heldOut, teaching);
    } catch (RuntimeException | Error e) {
      if (batches != null) {
        batches.close();
      }
      if (devices != null) {
        devices.close();
      }
      if (backend != null) {
        backend.close();
      }
      setup.close();
      throw e;
    }
  }

  private static Backend open(RunConfig config) {
    String name = config.training().backend();
    return config.parallel().devices() > 1
        ? Backends.openForExchange(
            name,
            ElementType.FLOAT32,
            config.parallel().toMesh().size(),
            0,
            Runtime.getRuntime().availableProcessors())
        : Backends.open(name, ElementType.FLOAT32);
  }

  private static BatchStream stream(RunSetup setup, Corpus corpus, Position start) {
    RunConfig config = setup.config();
    int rows = config.training().batchSize();
    long seed = config.training().seed();
    return start == null
        ? BatchStream.open(config.data(), corpus, setup.tokenizer(), setup.objective(), rows, seed)
        : BatchStream.resume(
            config.data(), corpus, setup.tokenizer(), setup.objective(), rows, seed, start);
  }

  /** Everything that touches a backend happens on one thread from the start: some ask for that. */
  private static TrainingRun onNewThread(Path path, Function<ExecutorService, TrainingRun> make) {
    ExecutorService thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("trainer of " + path.getFileName()).daemon().factory());
    Future<TrainingRun> run = thread.submit(() -> make.apply(thread));
    try {
      return run.get();
    } catch (ExecutionException e) {
      thread.close();
      throw rethrown(path, e.getCause());
    } catch (InterruptedException e) {
      thread.close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a run was prepared", e);
    }
  }

  private static RuntimeException rethrown(Path path, Throwable cause) {
    if (cause instanceof OutOfMemoryError) {
      return new InputException(
          "There is not enough memory for %s: choose a smaller model or batch_size."
              .formatted(path),
          cause);
    } else if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException problem ? problem : new IllegalStateException(cause);
  }
}
