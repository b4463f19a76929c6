package dev.switchyard.app.command;

import dev.switchyard.app.workbench.ModelExchange;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard import}. */
@Command(
    name = "import",
    description = {
      "Makes a model folder of a Hugging Face folder (switch_transformers or t5): one file of"
          + " weights, one copy of what is tied, our settings beside the library's.",
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
      paramLabel = "FOLDER",
      required = true,
      description = "The model folder. Must not exist yet, or be empty.")
  private Path out;

  @Override
  public Integer call() {
    new ModelExchange(switchyard.home()).importFrom(folder, out);
    switchyard.terminal().out().println(out);
    return Problems.DONE;
  }
}
