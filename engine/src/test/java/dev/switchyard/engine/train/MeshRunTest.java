package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.observe.DeviceReport.Exchange;
import dev.switchyard.engine.observe.MeshTraffic;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.plan.ClusterConfig;
import dev.switchyard.engine.plan.Communication;
import dev.switchyard.engine.plan.MeshPlan;
import dev.switchyard.engine.plan.Planner;
import dev.switchyard.engine.plan.WorkloadConfig;
import dev.switchyard.engine.store.RunHistory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs on meshes: checkpoints, settings, and what is reported. */
@Timeout(120)
final class MeshRunTest {
  @TempDir Path folder;

  private RunConfig config(Object... changes) {
    List<Object> all =
        new ArrayList<>(
            List.of(
                "batch_size",
                8,
                "routing_groups",
                8,
                "steps",
                8L,
                "eval_every",
                0,
                "checkpoint_every",
                4,
                "twin",
                false));
    all.addAll(Arrays.asList(changes));
    return TinyRun.config(TinyRun.text(folder), all.toArray());
  }

  /** Saved on 2 x 2 devices after 4 steps of 8. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"1 | ''", "2 | expert=2", "8 | data=4,model=2", "4 | data=2,expert=2"})
  void checkpointsBelongToTheModel(int devices, String mesh) {
    RunConfig four = config("devices", 4, "mesh", "data=2,expert=2", "twin", true);
    MeshRuns.Result whole = MeshRuns.train(four, folder.resolve("whole"));
    Path broken = folder.resolve("broken");
    MeshRuns.train(four.with(Map.of("steps", 4L)), broken);
    MeshRuns.Result resumed;
    try (TrainingRun run =
        TrainingRuns.reopen(broken, 8L, Map.of("devices", String.valueOf(devices), "mesh", mesh))) {
      resumed = MeshRuns.finish(run);
    }
    if (devices == 4) {
      whole
          .weights()
          .forEach((name, values) -> assertThat(resumed.weights().get(name)).isEqualTo(values));
    } else {
      assertThat(whole.stepsRoutedOtherwise(resumed)).isZero();
      assertThat(whole.lossDeviation(resumed)).isLessThan(1e-5);
      assertThat(whole.weightDeviation(resumed)).isLessThan(1e-5);
      assertThat(RunHistory.events(broken))
          .anySatisfy(event -> assertThat(event.text()).contains("instead of 4 (mesh data=2"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "adafactor"})
  void zeroDividesTheStateAndChangesNoBit(String optimizer) {
    Object[] mesh = {"devices", 4, "mesh", "data=2,expert=2", "optimizer", optimizer};
    MeshRuns.Result plain = MeshRuns.train(config(mesh), folder.resolve("plain"));
    RunConfig divided = config(mesh).with(Map.of("zero1", true));
    MeshRuns.Result zero = MeshRuns.train(divided, folder.resolve("zero"));
    assertThat(plain.lossDeviation(zero)).isLessThan(1e-7);
    assertThat(plain.weightDeviation(zero)).isLessThan(1e-6);
    long whole = memory(plain);
    assertThat(memory(zero)).isLessThan(whole);
    assertThat(MeshRuns.weights(folder.resolve("zero/checkpoints/step-8"), "optimizer").keySet())
        .isEqualTo(
            MeshRuns.weights(folder.resolve("plain/checkpoints/step-8"), "optimizer").keySet());
  }

  private static long memory(MeshRuns.Result result) {
    return result.reports().getLast().devices().stream().mapToLong(DeviceReport::memoryBytes).sum();
  }

  /** Formulas of section 5, which the planner has, against what the devices counted. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data=4 | false",
        "expert=4 | false",
        "model=4 | false",
        "data=2,expert=2 | false",
        "data=2,expert=2,model=2 | false",
        "data=2,expert=2 | true",
        "data=2,expert=2,model=2 | true"
      })
  void volumesAreThoseOfThePlanner(String text, boolean zero1) {
    int devices = text.contains("2,expert=2,model") ? 8 : 4;
    Mesh mesh = Mesh.parse(text, devices);
    RunConfig config =
        config("devices", devices, "mesh", text, "routing_groups", mesh.shards(), "steps", 2L)
            .with(Map.of("zero1", zero1));
    MeshRuns.Result result = MeshRuns.train(config, folder.resolve("run"));
    MeshPlan plan = plan(config, mesh);
    Map<String, Double> planned = new TreeMap<>();
    for (Communication each : plan.communications()) {
      planned.merge(key(each.collective().word(), each.what()), each.stepBytes(), Double::sum);
    }
    StepReport last = result.reports().getLast();
    assertThat(last.devices()).hasSize(devices);
    for (DeviceReport device : last.devices()) {
      Map<String, Double> measured = new TreeMap<>();
      for (Exchange each : device.exchanges()) {
        if (each.what().equals("slots used")) {
          // How full each expert's slots are: a number for each expert and Switch layer.
          assertThat(each.bytes()).isEqualTo(2 * 4 * Integer.BYTES);
        } else if (!each.what().equals("gradient norm") && each.ranks() > 1) {
          measured.merge(key(each.collective(), each.what()), each.bytes(), Double::sum);
        }
      }
      assertThat(measured.keySet()).isEqualTo(planned.keySet());
      planned.forEach((key, bytes) -> assertThat(measured.get(key)).as(key).isEqualTo(bytes));
    }
    assertChannels(last.devices(), zero1);
    // Expert and data are divided evenly, as figure 9 has it.
    assertThat(last.devices())
        .allSatisfy(
            device -> {
              assertThat(device.rows()).isEqualTo(8 / mesh.shards());
              assertThat(device.experts()).isEqualTo(4 / mesh.expert());
            });
    assertThat(RunHistory.reports(folder.resolve("run")).stream().map(StepReport::devices).toList())
        .isEqualTo(result.reports().stream().map(StepReport::devices).toList());
  }

  /**
   * The groups that {@link MeshTraffic} finds are those that exchanged: each as large as it says.
   */
  private static void assertChannels(List<DeviceReport> devices, boolean zero1) {
    MeshTraffic traffic = MeshTraffic.of(devices);
    for (MeshTraffic.Channel channel : traffic.channels()) {
      for (MeshTraffic.Flow flow : channel.flows()) {
        for (int rank : channel.ranks()) {
          assertThat(devices.get(rank).exchanges())
              .as("%s of %s along %s", flow.collective(), flow.what(), channel.axes())
              .anyMatch(
                  each ->
                      each.what().equals(flow.what())
                          && each.collective().equals(flow.collective())
                          && each.ranks() == channel.ranks().size());
        }
      }
    }
    assertThat(traffic.channels().stream().flatMap(c -> c.flows().stream()))
        .extracting(MeshTraffic.Flow::what)
        .contains(zero1 ? "updated weights" : "gradient norm");
    assertThat(devices)
        .allSatisfy(
            device -> {
              assertThat(device.expertTokens()).hasSize(device.experts());
              assertThat(device.expertTokens().stream().mapToLong(Long::longValue).sum())
                  .isEqualTo(device.tokensReceived())
                  .isPositive();
            });
  }

  /** The four all-to-alls of a Switch layer are one line of a plan. */
  private static String key(String collective, String what) {
    return collective.equals("all-to-all") ? collective : collective + " of " + what;
  }

  private static MeshPlan plan(RunConfig given, Mesh mesh) {
    try (RunSetup setup = RunSetup.of(given)) {
      RunConfig config = setup.config();
      WorkloadConfig work =
          SettingsRecord.with(
              WorkloadConfig.defaults(),
              Map.of(
                  "plan_rows",
                  config.training().batchSize(),
                  "plan_input_length",
                  setup.objective().inputLength(),
                  "plan_target_length",
                  setup.objective().targetLength(),
                  "activation_bytes",
                  4,
                  "plan_optimizer",
                  "adamw",
                  "plan_zero1",
                  config.parallel().zero1(),
                  "recompute",
                  false));
      ClusterConfig cluster =
          SettingsRecord.with(ClusterConfig.defaults(), Map.of("devices", mesh.size()));
      return Planner.plan(mesh, config.model(), config.routing(), cluster, work);
    }
  }

  @Test
  void anExpertWithoutTokensAndUnevenLoadsAreNothingSpecial() {
    // One expert of two is far from a router that starts at 0.02; no balancing brings it back.
    Object[] uneven = {
      "num_experts", 8, "router_aux_loss_coef", 0, "capacity_factor", 4, "learning_rate", 0.03
    };
    MeshRuns.Result alone = MeshRuns.train(config(uneven), folder.resolve("alone"));
    RunConfig mesh = config(uneven).with(Map.of("devices", 4, "mesh", "expert=4"));
    MeshRuns.Result many = MeshRuns.train(mesh, folder.resolve("many"));
    assertThat(alone.stepsRoutedOtherwise(many)).isZero();
    assertThat(alone.lossDeviation(many)).isLessThan(1e-5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "9 | ''       | batch_size is 8, too few for the 9 devices",
        "3 | model=3  | num_heads is 4, which does not divide over the 3 devices",
        "8 | expert=8 | num_experts is 4, which do not divide over the 8 devices",
        "4 | data=2   | mesh data=2 has 2 devices, but devices is 4",
        "4 | rows=4   | mesh is \"rows=4\"",
      })
  void whatDoesNotDivideIsSaid(int devices, String mesh, String message) {
    Path out = folder.resolve("new");
    assertThatThrownBy(() -> TrainingRuns.create(config("devices", devices, "mesh", mesh), out))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
    assertThat(out).doesNotExist();
  }

  /** A device knows its own experts alone, so it would take others' root mean squares for all. */
  @ParameterizedTest
  @CsvSource({"2, expert=2", "4, 'data=2,expert=2'"})
  void expertsOfManyDevicesAreNotScaledTogether(int devices, String mesh) {
    Object[] settings = {
      "devices", devices, "mesh", mesh, "optimizer", "adafactor", "adafactor_experts", "together"
    };
    assertThatThrownBy(() -> TrainingRuns.create(config(settings), folder.resolve("new")))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "adafactor_experts is together, but mesh %s divides the experts of a layer over"
                    .formatted(mesh)
                + " devices: set adafactor_experts to each.");
  }

  @ParameterizedTest
  @CsvSource({"4,1,4", "3,1,8", "4,2,4", "3,8,8", "2,16,16"})
  void groupsFollowTheDevices(int devices, int asked, int groups) {
    RunConfig config = config("devices", devices, "routing_groups", asked);
    assertThat(TrainingRuns.check(config).routing().capacity().routingGroups()).isEqualTo(groups);
  }

  /** What the experts took is what the routers sent less what was dropped. */
  @Test
  void tokensReceivedAreThoseThatWereNotDropped() {
    RunConfig config = config("devices", 3, "mesh", "data=3", "steps", 2L, "capacity_factor", 1);
    RunConfig experts = config.with(Map.of("mesh", "expert=4", "devices", 4));
    for (RunConfig each : List.of(config, experts)) {
      StepReport last =
          MeshRuns.train(each, folder.resolve("run" + each.parallel().devices()))
              .reports()
              .getLast();
      long received = last.devices().stream().mapToLong(DeviceReport::tokensReceived).sum();
      long rows = last.devices().stream().mapToInt(DeviceReport::rows).sum();
      assertThat(rows).isEqualTo(8);
      double dropped = last.model().droppedFraction();
      assertThat(dropped).isPositive();
      // 32 tokens read and as many as the objective writes in a row, one Switch layer in each
      // stack.
      long routed = Math.round(received / (1 - dropped));
      assertThat(routed % 8).isZero();
      assertThat(received).isEqualTo(Math.round(routed * (1 - dropped)));
    }
  }
}
