package dev.switchyard.engine.train;

import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.Inspection;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.plan.ClusterConfig;
import dev.switchyard.engine.plan.Plan;
import dev.switchyard.engine.plan.WorkloadConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;

/**
 * What a desktop needs of the engine: runs, models, and starting them. All methods may take long
 * (call them off the window's thread) and throw {@code InputException} with a line for people.
 */
public interface Workbench extends AutoCloseable {
  /**
   * A run on disk.
   *
   * @param folder where it is
   * @param name the folder's name
   * @param state "running", "paused", "finished", "stopped", "failed", "interrupted"
   * @param step the last finished step
   * @param steps of the whole run
   * @param crossEntropy at the last step
   * @param detail a line: experts, layers, data
   * @param modified milliseconds since 1970
   * @param devices that its settings name
   */
  record RunSummary(
      Path folder,
      String name,
      String state,
      long step,
      long steps,
      double crossEntropy,
      String detail,
      long modified,
      int devices) {

    /** A run on one device. */
    public RunSummary(
        Path folder,
        String name,
        String state,
        long step,
        long steps,
        double crossEntropy,
        String detail,
        long modified) {
      this(folder, name, state, step, steps, crossEntropy, detail, modified, 1);
    }
  }

  /**
   * A model that comes with the program.
   *
   * @param name by which the command line knows it
   * @param title for people
   * @param detail a sentence
   * @param hasRecording whether its training can be replayed
   */
  record Sample(String name, String title, String detail, boolean hasRecording) {}

  /**
   * Named settings to start from.
   *
   * @param name by which the command line knows it
   * @param detail a sentence
   * @param settings what it changes of the defaults
   * @param bringsData whether it trains on the generated sample corpus when no data is given
   */
  record Preset(String name, String detail, Map<String, String> settings, boolean bringsData) {}

  /** A run's past, read from its folder or from a sample's recording. */
  record Recording(
      String name,
      RunConfig config,
      List<StepReport> reports,
      List<RunEvent> events,
      List<ProbeReport> probes) {}

  /**
   * What can be said of a run before it starts.
   *
   * @param secondsPerStep both models together; NaN: nothing was trained or measured here yet
   * @param rough whether the time goes by a small model's steps and not by a run of this machine
   */
  record Estimate(
      long parameters,
      long twinParameters,
      double memoryBytes,
      double secondsPerStep,
      boolean rough) {}

  /** Where new runs go unless said otherwise. */
  Path runsFolder();

  /** Runs in the runs folder, newest first. */
  List<RunSummary> runs();

  /** The models that come with the program. */
  List<Sample> samples();

  /** The presets. */
  List<Preset> presets();

  /** Checks settings and estimates the run; settings as in {@link RunConfig#with}. */
  Estimate estimate(RunConfig config);

  /**
   * Trains a small model for a second or two on the backend and in the precision of a run, and
   * remembers how fast that went: {@link #estimate} then knows a rough time where no run of this
   * machine tells one.
   *
   * @throws dev.switchyard.engine.configuration.InputException where the backend can't work here
   */
  void measurePace(RunConfig config);

  /**
   * Settings of a run that starts with a model's weights: those given, but with the model's shape,
   * routing, tokenizer and rows. {@link #create} then takes the weights.
   *
   * @param model as in {@link #open}
   */
  RunConfig startingFrom(String model, RunConfig settings);

  /**
   * Settings of a run that learns from a trained model: those given, but with the shape of its
   * dense twin, its tokenizer, and a dense twin to compare with.
   *
   * @param teacher as in {@link #open}
   */
  RunConfig learningFrom(String teacher, RunConfig settings);

  /**
   * A new run, READY.
   *
   * @param folder must not exist yet, or be empty
   */
  default TrainingRun create(RunConfig config, Path folder) {
    return create(config, folder, share -> {});
  }

  /**
   * The same.
   *
   * @param progress hears the share of the data that is read, from 0 to 1
   */
  TrainingRun create(RunConfig config, Path folder, DoubleConsumer progress);

  /** An existing run, READY to go on from its last checkpoint. */
  TrainingRun reopen(Path folder, Long steps);

  /**
   * An existing run, READY to go on from its last checkpoint, perhaps on other devices, or changed.
   *
   * @param changes settings of {@link dev.switchyard.engine.parallel.ParallelConfig}, or those of
   *     {@link RunChange#SETTINGS}
   */
  TrainingRun reopen(Path folder, Long steps, Map<String, String> changes);

  /** Whether another process trains a run now: then it can be watched. */
  boolean isTrainedElsewhere(Path folder);

  /**
   * Watches a run that another process trains: its steps are heard as they come, commands are
   * passed on, and to close it ends the watching only.
   */
  TrainingRun watch(Path folder);

  /**
   * Lets a run that nobody trains go on from its last checkpoint in a process of its own, which
   * outlives this one; returns when that process has taken the run.
   */
  void goOnInBackground(Path folder);

  /** Opens a run folder, a checkpoint, a model folder or a sample's name. */
  Microscope open(String model);

  /**
   * Says what training a run's model on a cluster would take, for each way to divide it.
   *
   * @throws dev.switchyard.engine.configuration.InputException where no mesh of the cluster suits
   */
  Plan plan(RunConfig run, ClusterConfig cluster, WorkloadConfig workload);

  /**
   * Looks at the weights of a model on disk; only those asked for are read.
   *
   * @param model as in {@link #open}
   */
  Inspection inspect(String model);

  /**
   * Reads texts with a model and says how well it predicts them. Of files that the model was
   * trained on, only the part that was held out is read.
   *
   * @param model as in {@link #open}
   * @param data files or folders, as for training
   */
  Evaluation evaluate(String model, List<Path> data);

  /**
   * Reads a corpus with a model and says what each expert takes of it.
   *
   * @param microscope over the model
   * @param data files or folders, or the name of the sample corpus; empty: what the model was
   *     trained on
   * @param texts that are read at most
   * @param progress hears the share that is done, from 0 to 1
   * @param wanted asked now and then: whether to go on; if not, a {@link
   *     java.util.concurrent.CancellationException} ends it
   */
  ExpertPreferences survey(
      Microscope microscope,
      List<String> data,
      int texts,
      DoubleConsumer progress,
      BooleanSupplier wanted);

  /** Reads the past of a run folder or of a sample's name. */
  Recording recording(String model);

  /**
   * A run to be laid beside others; of its history nothing is read yet. It may be in training, also
   * by another process.
   *
   * @param run a run's folder, its name in the runs folder, or a sample's name
   */
  ComparedRun compared(String run);

  @Override
  void close();
}
