package dev.switchyard.app.command;

import dev.switchyard.app.terminal.DevicesText;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.engine.backend.MachineDevices;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard devices}. */
@Command(
    name = "devices",
    description = {
      "Lists what this machine can compute on: the processor, every GPU, NVIDIA's driver and the"
          + " libraries of CUDA 13, where they were found, and which backend serves each.",
      "Libraries are looked for in SWITCHYARD_CUDA_HOME, in CUDA_HOME and /usr/local/cuda*, in"
          + " pip's folders (nvidia), in the system's, and on the class path."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class DevicesCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    MachineDevices devices = MachineDevices.ofMachine();
    if (json) {
      JsonLines.write(switchyard.terminal().out(), DevicesText.figures(devices));
    } else {
      DevicesText.lines(devices).forEach(switchyard.terminal().out()::println);
    }
    return Problems.DONE;
  }
}
