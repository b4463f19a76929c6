package dev.switchyard.app.command;

import dev.switchyard.app.workbench.SamplePack;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard pack}. */
@Command(
    name = "pack",
    description =
        "Makes a sample model of a run on the sample corpus: weights and recording, without the"
            + " optimizer's state.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class PackCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(paramLabel = "RUN", description = "A run's folder.")
  private Path run;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      required = true,
      description = "The sample's folder; its name is the sample's. Must not exist yet.")
  private Path out;

  @Option(names = "--title", paramLabel = "T", required = true, description = "Its title.")
  private String title;

  @Option(names = "--detail", paramLabel = "T", required = true, description = "A sentence.")
  private String detail;

  @Override
  public Integer call() {
    SamplePack.pack(run, out, title, detail);
    switchyard.terminal().out().println(out);
    return Problems.DONE;
  }
}
