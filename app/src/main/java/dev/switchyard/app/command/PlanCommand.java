package dev.switchyard.app.command;

import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.app.terminal.PlanText;
import dev.switchyard.app.workbench.Presets;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingDescription;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.plan.ClusterConfig;
import dev.switchyard.engine.plan.MeshPlan;
import dev.switchyard.engine.plan.Plan;
import dev.switchyard.engine.plan.Planner;
import dev.switchyard.engine.plan.WorkloadConfig;
import dev.switchyard.engine.train.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard plan}. */
@Command(
    name = "plan",
    description = {
      "Says what training a model on a cluster would take: memory of a device, bytes of each"
          + " exchange, time of a step and what bounds it, for each way to divide the work.",
      "Nothing is trained; every assumption is a setting. A mesh along model with adafactor is"
          + " planned, since others train so, and marked: training here needs adamw for it."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class PlanCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "The model: a preset, listed below (default: " + Presets.DEFAULT + ").")
  private String preset;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The model: a JSON file of settings, such as a run's run.json.")
  private Path config;

  @Option(
      names = "--devices",
      paramLabel = "N",
      description = "Devices of the cluster: short for --set devices=N.")
  private String devices;

  @Option(
      names = "--mesh",
      paramLabel = "MESH",
      description = "This mesh alone, such as data=2,expert=4 (an axis not named is 1).")
  private String mesh;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "An assumption, listed below, or a setting of the model; may be repeated.")
  private List<String> set = List.of();

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Map<String, String> given = new LinkedHashMap<>(KeyValue.all(set));
    if (devices != null) {
      given.put("devices", devices);
    }
    Map<String, String> ofCluster = taken(given, ClusterConfig.class);
    Map<String, String> ofWorkload = taken(given, WorkloadConfig.class);
    ClusterConfig cluster = SettingsRecord.with(ClusterConfig.defaults(), ofCluster);
    WorkloadConfig workload = SettingsRecord.with(WorkloadConfig.defaults(), ofWorkload);
    RunConfig run = run().with(given);
    ModelConfig model = run.model();
    if (mesh == null) {
      print(Planner.plan(model, run.routing(), cluster, workload));
    } else {
      Mesh only = Mesh.parse(mesh, cluster.devices());
      print(Planner.plan(only, model, run.routing(), cluster, workload));
    }
    return Problems.DONE;
  }

  /** The assumptions that are not a model's or a run's settings. */
  static List<SettingDescription> assumptions() {
    List<SettingDescription> all =
        new ArrayList<>(SettingsRecord.describe("cluster", ClusterConfig.defaults()));
    all.addAll(SettingsRecord.describe("workload", WorkloadConfig.defaults()));
    return all;
  }

  /** Takes out of the given settings those of one record. */
  private static Map<String, String> taken(
      Map<String, String> given, Class<? extends Record> type) {
    Map<String, String> own = new LinkedHashMap<>();
    for (String name : SettingsRecord.names(type)) {
      String value = given.remove(name);
      if (value != null) {
        own.put(name, value);
      }
    }
    return own;
  }

  private RunConfig run() {
    if (preset != null && config != null) {
      throw new InputException("Give --preset or --config, not both.");
    } else if (config != null) {
      return ConfigFile.read(config);
    }
    String name = preset == null ? Presets.DEFAULT : preset;
    return RunConfig.defaults().with(Presets.settings(name, true));
  }

  private void print(Plan plan) {
    if (json) {
      JsonLines.write(switchyard.terminal().out(), PlanText.figures(plan));
    } else {
      PlanText.lines(plan).forEach(switchyard.terminal().out()::println);
    }
  }

  private void print(MeshPlan plan) {
    if (json) {
      JsonLines.write(switchyard.terminal().out(), PlanText.figures(plan));
    } else {
      PlanText.lines(plan).forEach(switchyard.terminal().out()::println);
    }
  }
}
