package dev.switchyard.app.command;

import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard resume}. */
@Command(
    name = "resume",
    description = "Goes on with a run from its last checkpoint.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ResumeCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(paramLabel = "RUN", description = "The run's folder, or its name in the runs folder.")
  private Path run;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps of the whole run, those already done included (default: as before).")
  private String steps;

  @Option(
      names = "--devices",
      paramLabel = "N",
      description = "Go on with so many devices (default: as before).")
  private String devices;

  @Option(
      names = "--mesh",
      paramLabel = "MESH",
      description = "Go on with this mesh (default: as before; with --devices: all to data).")
  private String mesh;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Change a setting from here on; may be repeated. The change stands in the run's history."
              + " What can change: learning_rate, capacity_factor, eval_capacity_factor,"
              + " router_jitter_noise, router_aux_loss_coef, router_z_loss_coef,"
              + " router_importance_loss_coef, router_load_loss_coef.")
  private List<String> set = List.of();

  @Option(names = "--json", description = "One JSON object for each step, and one that sums up.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    Long total =
        steps == null
            ? null
            : (Long) RunConfig.defaults().with(Map.of("steps", steps)).training().steps();
    Path folder = switchyard.home().runNamed(run);
    try (Workbench workbench = switchyard.workbench();
        TrainingRun training = workbench.reopen(folder, total, changes())) {
      return AttendedRun.of(training, switchyard.terminal(), json).follow(training);
    }
  }

  private Map<String, String> changes() {
    Map<String, String> changes = new LinkedHashMap<>(KeyValue.all(set));
    if (devices != null) {
      changes.put("devices", devices);
      changes.put("mesh", "");
    }
    if (mesh != null) {
      changes.put("mesh", mesh);
    }
    return changes;
  }
}
