package dev.switchyard.app.command;

import dev.switchyard.app.terminal.DataProgress;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.app.workbench.ModelExchange;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard import}. */
@Command(
    name = "import",
    description = {
      "Makes a run of a Hugging Face folder (switch_transformers or t5): its checkpoint of step 0"
          + " holds the model, in one file of weights with one copy of what is tied. With --data,"
          + " resume trains it.",
      "Commands that take a MODEL open a Hugging Face folder as it is too, without a copy."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ImportCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(paramLabel = "FOLDER", description = "With config.json and model.safetensors.")
  private Path folder;

  @Option(
      names = "--out",
      paramLabel = "RUN",
      description =
          "The run's folder (default: a free name in the runs folder). Must not exist yet, or be"
              + " empty.")
  private Path out;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      arity = "1..*",
      description = "Text that resume is to train it on, as for train.")
  private List<Path> data = List.of();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting for resume, or of the routing, as for train; may be repeated.")
  private List<String> set = List.of();

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    DataProgress progress = new DataProgress(switchyard.terminal(), "copying the weights");
    Path run;
    try {
      run =
          out != null
              ? write(out.toAbsolutePath().normalize(), progress)
              : switchyard.home().withFreeRunFolder(name(), free -> write(free, progress));
    } finally {
      progress.end();
    }
    if (json) {
      JsonLines.write(switchyard.terminal().out(), "run", run.toString());
    } else {
      switchyard.terminal().out().println(run);
    }
    return Problems.DONE;
  }

  private Path write(Path run, DataProgress progress) {
    Map<String, Object> settings = new LinkedHashMap<>(KeyValue.all(set));
    if (!data.isEmpty()) {
      settings.put("data", data.stream().map(TrainCommand::place).toList());
    }
    new ModelExchange(switchyard.home()).importFrom(folder, settings, run, progress);
    return run;
  }

  private String name() {
    Path last = folder.toAbsolutePath().normalize().getFileName();
    return last == null ? "imported" : last.toString();
  }
}
