package dev.switchyard.app.command;

import dev.switchyard.app.terminal.DataProgress;
import dev.switchyard.app.terminal.Figures;
import dev.switchyard.app.workbench.Presets;
import dev.switchyard.app.workbench.SampleData;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard train}. */
@Command(
    name = "train",
    description = {
      "Trains a Switch Transformer, beside its dense twin if you like.",
      "Ctrl-C takes a checkpoint and stops; resume goes on from there."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class TrainCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      arity = "1..*",
      description =
          "Text to train on: .txt, .md, .jsonl (field text), files or folders; or "
              + SampleData.NAME
              + ", which is generated. May be left out with a preset that brings data.")
  private List<Path> data = List.of();

  @Option(
      names = "--out",
      paramLabel = "RUN",
      description = "The new run's folder (default: a free name in the runs folder).")
  private Path out;

  @Option(
      names = "--from",
      paramLabel = "MODEL",
      description =
          "A model to go on with: a run's folder or name, a checkpoint, a model folder, or a"
              + " sample's name. The new run starts with its weights, and has its shape, routing"
              + " and tokenizer.")
  private String from;

  @Option(
      names = "--teacher",
      paramLabel = "MODEL",
      description =
          "A trained model to learn from besides the text: a run's folder or name, a checkpoint, a"
              + " model folder, or a sample's name. The new run has the shape of its dense twin"
              + " unless settings say otherwise, its tokenizer, and a dense twin without a teacher"
              + " to compare with.")
  private String teacher;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "Settings to start from, listed below (default: " + Presets.DEFAULT + ").")
  private String preset;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A JSON file of settings, such as another run's run.json.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, listed below; may be repeated.")
  private List<String> set = List.of();

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps of the whole run: short for --set steps=N.")
  private String steps;

  @Option(names = "--seed", paramLabel = "N", description = "Short for --set seed=N.")
  private String seed;

  @Option(
      names = "--devices",
      paramLabel = "N",
      description = "Devices that train together: short for --set devices=N.")
  private String devices;

  @Option(
      names = "--mesh",
      paramLabel = "MESH",
      description =
          "What they divide, such as data=2,expert=2 (an axis not named is 1; without this all"
              + " devices go to data).")
  private String mesh;

  @Option(
      names = "--twin",
      description = "Train the dense twin on the same batches: short for --set twin=yes.")
  private boolean twin;

  @Option(names = "--json", description = "One JSON object for each step, and one that sums up.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    try (Workbench workbench = switchyard.workbench();
        TrainingRun run = create(workbench, settings(workbench))) {
      if (!json) {
        announce(run, workbench.estimate(run.config()));
      }
      return AttendedRun.of(run, switchyard.terminal(), json).follow(run);
    }
  }

  /** What it is going to be; the time only where this machine has trained before. */
  private void announce(TrainingRun run, Workbench.Estimate estimate) {
    StringJoiner line = new StringJoiner(", ");
    line.add(
        "%s: %s parameters"
            .formatted(run.folder().getFileName(), Figures.count(estimate.parameters())));
    if (estimate.twinParameters() > 0) {
      line.add(Figures.count(estimate.twinParameters()) + " in the dense twin");
    }
    line.add("about " + Figures.bytes(estimate.memoryBytes()));
    double seconds = estimate.secondsPerStep() * run.config().training().steps();
    if (Double.isFinite(seconds)) {
      line.add((estimate.rough() ? "very roughly " : "about ") + Figures.duration(seconds));
    }
    switchyard.terminal().out().println(line);
    run.events().stream()
        .filter(event -> event.kind().equals("data"))
        .forEach(event -> switchyard.terminal().out().println(event.text()));
  }

  private TrainingRun create(Workbench workbench, RunConfig settings) {
    DataProgress progress = new DataProgress(switchyard.terminal());
    try {
      return out != null
          ? workbench.create(settings, out.toAbsolutePath().normalize(), progress)
          : switchyard
              .home()
              .withFreeRunFolder(name(), f -> workbench.create(settings, f, progress));
    } finally {
      progress.end();
    }
  }

  private String name() {
    if (preset != null) {
      return preset;
    } else if (from != null) {
      Path last = Path.of(from).getFileName();
      return "from-" + (last == null ? "model" : last);
    } else if (teacher != null) {
      Path last = Path.of(teacher).getFileName();
      return "taught-by-" + (last == null ? "model" : last);
    }
    return config == null ? Presets.DEFAULT : "run";
  }

  /**
   * Defaults, then the preset or the file, then what belongs to the model to start from, then what
   * the command line says.
   */
  private RunConfig settings(Workbench workbench) {
    if (preset != null && config != null) {
      throw new InputException("Give --preset or --config, not both.");
    }
    Map<String, Object> own = ownSettings();
    RunConfig base;
    if (config != null) {
      base = ConfigFile.read(config);
    } else {
      String name = preset == null ? Presets.DEFAULT : preset;
      base = RunConfig.defaults().with(Presets.settings(name, own.containsKey("data")));
    }
    if (from != null) {
      base = workbench.startingFrom(from, base);
    }
    if (teacher != null) {
      base = workbench.learningFrom(teacher, base);
    }
    RunConfig settings = base.with(own);
    if (settings.data().data().isEmpty()) {
      throw new InputException(
          "Nothing to train on: name text files or folders with --data, or take a preset that"
              + " brings data (--preset sample).");
    }
    return settings;
  }

  /** The sample corpus goes by its name; everything else is a place on the disk. */
  static String place(Path given) {
    return given.toString().equals(SampleData.NAME) && !Files.exists(given)
        ? SampleData.NAME
        : given.toAbsolutePath().normalize().toString();
  }

  private Map<String, Object> ownSettings() {
    Map<String, Object> own = new LinkedHashMap<>(KeyValue.all(set));
    if (!data.isEmpty()) {
      replace(own, "data", data.stream().map(TrainCommand::place).toList());
    }
    if (steps != null) {
      replace(own, "steps", steps);
    }
    if (seed != null) {
      replace(own, "seed", seed);
    }
    if (devices != null) {
      own.put("devices", devices);
    }
    if (mesh != null) {
      own.put("mesh", mesh);
    }
    if (twin) {
      replace(own, "twin", true);
    }
    return own;
  }

  /** An option takes a setting's place, but a mistake in the setting shows all the same. */
  private static void replace(Map<String, Object> own, String name, Object value) {
    if (own.containsKey(name)) {
      RunConfig.defaults().with(Map.of(name, own.get(name)));
    }
    own.put(name, value);
  }
}
