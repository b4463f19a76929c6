package dev.switchyard.app.command;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.store.RunRequests;
import dev.switchyard.engine.store.RunRequests.Request;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard ask}. */
@Command(
    name = "ask",
    description = {
      "Asks the process that trains a run, wherever it was started, to pause, resume, do one",
      "step, take a checkpoint, or stop with one."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class AskCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "The run's folder, or its name in the runs folder.")
  private Path run;

  @Parameters(
      index = "1",
      paramLabel = "REQUEST",
      description = "pause, resume, step, checkpoint or stop.")
  private String request;

  @Override
  public Integer call() {
    Request asked =
        Arrays.stream(Request.values())
            .filter(each -> each.word().equals(request))
            .findFirst()
            .orElseThrow(
                () ->
                    new InputException(
                        "\"%s\" can't be asked; what can: %s."
                            .formatted(
                                request,
                                String.join(
                                    ", ",
                                    Arrays.stream(Request.values()).map(Request::word).toList()))));
    RunRequests.ask(switchyard.home().runNamed(run), asked);
    switchyard.terminal().out().println("Asked: " + asked.word());
    return Problems.DONE;
  }
}
