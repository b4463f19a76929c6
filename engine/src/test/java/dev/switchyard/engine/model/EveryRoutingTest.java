package dev.switchyard.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole models under every way of routing: their figures, their losses, and what people see. */
final class EveryRoutingTest {
  private final Backend backend = new ReferenceBackend();

  private SwitchTransformer model(Map<String, ?> shape, Map<String, ?> routing) {
    return new SwitchTransformer(TinyModel.config(shape), TinyModel.routing(routing), backend, 3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "top_1",
        "top_2",
        "top_k",
        "no_token_left_behind",
        "batch_priority",
        "expert_choice",
        "tree"
      })
  void theTraceShowsWhatTheFiguresCount(String selection) {
    Map<String, Object> crowded =
        Map.of("selection", selection, "eval_capacity_factor", 0.6, "experts_per_token", 2);
    try (SwitchTransformer model = model(Map.of("num_experts", 4), crowded)) {
      StepFigures figures = model.evaluate(TinyModel.batch());
      List<LayerRouting> layers = model.trace(TinyModel.batch(), null).layers();
      for (int i = 0; i < layers.size(); i++) {
        LayerRouting layer = layers.get(i);
        LayerReport report = figures.layers().get(i);
        long routed = Arrays.stream(layer.expert()).filter(e -> e >= 0).count();
        assertThat(layer.dropped()).isEqualTo((int) Math.round(report.droppedFraction() * routed));
        assertThat(layer.loadBalancingLoss()).isEqualTo(report.loadBalancingLoss());
        for (int taken : layer.taken()) {
          assertThat(taken).isLessThanOrEqualTo(layer.capacity());
        }
        for (int t = 0; t < layer.kept().length; t++) {
          assertThat(layer.kept()[t])
              .isEqualTo(layer.choices().get(t).stream().anyMatch(choice -> choice.kept()));
        }
      }
      StepFigures trained = model.forwardBackward(TinyModel.batch(), 1, 1);
      assertThat(trained.isFinite()).isTrue();
      assertThat(model.firstGradientNotFinite()).isEmpty();
    }
  }

  @Test
  void aModelWhoseLayersAreAllSparseHasTheLossesOfAllOfThem() {
    Map<String, Object> losses =
        Map.of(
            "router_aux_loss_coef", 0.5,
            "router_z_loss_coef", 0.25,
            "router_importance_loss_coef", 0.125,
            "router_load_loss_coef", 0.75);
    for (int step : new int[] {1, 2}) {
      Map<String, Object> shape = Map.of("encoder_sparse_step", step, "decoder_sparse_step", step);
      try (SwitchTransformer model = model(shape, losses)) {
        StepFigures figures = model.forwardBackward(TinyModel.batch(), 1, 1);
        double sum = 0;
        for (LayerReport layer : figures.layers()) {
          assertThat(layer.loadBalancingLoss()).isPositive();
          assertThat(layer.importanceLoss()).isPositive();
          assertThat(layer.loadLoss()).isPositive();
          sum += 0.5 * layer.loadBalancingLoss() + 0.25 * layer.zLoss();
          sum += 0.125 * layer.importanceLoss() + 0.75 * layer.loadLoss();
        }
        assertThat(figures.layers()).hasSize(4 / step);
        assertThat(figures.loss())
            .as("a sum over layers, not a mean and not one of all tokens together")
            .isCloseTo(figures.crossEntropy() + sum, within(1e-12));
      }
    }
  }

  @Test
  void paddingIsRoutedAndCountedWhereTheSettingSaysSo() {
    for (boolean ignored : new boolean[] {true, false}) {
      try (SwitchTransformer model =
          model(Map.of(), Map.of("router_ignore_padding_tokens", ignored))) {
        LayerRouting layer = model.trace(TinyModel.batch(), null).layers().getFirst();
        assertThat(layer.expert()[11] < 0).as("the last token is padding").isEqualTo(ignored);
        assertThat(Arrays.stream(layer.asked()).sum()).isEqualTo(ignored ? 10 : 12);
      }
    }
  }

  @Test
  void huggingFacesCapacityIsThatOfEachRowInTrainingAndEvaluation() {
    Map<String, Object> fixed = Map.of("capacity_rule", "hugging_face", "expert_capacity", 2);
    try (SwitchTransformer model = model(Map.of(), fixed)) {
      assertThat(model.forwardBackward(TinyModel.batch(), 1, 1).layers())
          .allSatisfy(layer -> assertThat(layer.capacity()).isEqualTo(2));
      LayerRouting layer = model.trace(TinyModel.batch(), null).layers().getFirst();
      assertThat(layer.capacity()).isEqualTo(2);
      for (int row = 0; row < 2; row++) {
        int[] seen = new int[3];
        for (int t = 6 * row; t < 6 * row + 6; t++) {
          int expert = layer.expert()[t];
          if (expert >= 0) {
            assertThat(layer.position()[t]).isEqualTo(seen[expert]++);
            assertThat(layer.kept()[t]).isEqualTo(seen[expert] <= 2);
          }
        }
      }
    }
  }

  @Test
  void withoutALimitNoTokenIsDroppedAnywhere() {
    try (SwitchTransformer model = model(Map.of(), Map.of("capacity_rule", "dropless"))) {
      assertThat(model.forwardBackward(TinyModel.batch(), 1, 1).droppedFraction()).isZero();
    }
  }

  @Test
  void biasesMoveAgainstTheLoadOnlyWhereTheSettingSaysSo() {
    List<LayerReport> load =
        List.of(
            new LayerReport("encoder.block.1", 4, new float[] {2, 1, 0}, 0, 1, 1, 1, 1),
            new LayerReport("decoder.block.1", 4, new float[] {0, 0, 3}, 0, 1, 1, 1, 1));
    try (SwitchTransformer model = model(Map.of(), Map.of())) {
      model.moveSelectionBiases(load);
      assertThat(model.buffers()).hasSize(2).noneMatch(buffer -> buffer.isInUse());
      model.setRouting(TinyModel.routing(Map.of("router_bias_update_rate", 0.5)));
      model.moveSelectionBiases(load);
      assertThat(backend.floats(model.buffers().get(0).value())).containsExactly(-0.5f, 0, 0.5f);
      assertThat(backend.floats(model.buffers().get(1).value())).containsExactly(0.5f, 0.5f, -0.5f);
      assertThat(model.buffers().getFirst().name())
          .isEqualTo("encoder.block.1.layer.1.mlp.router.selection_bias");
    }
  }

  @Test
  void aTreesRoutersAreSmallerAndCanNotBecomeOthers() {
    try (SwitchTransformer tree = model(Map.of("num_experts", 4), Map.of("selection", "tree"));
        SwitchTransformer other = model(Map.of("num_experts", 4), Map.of())) {
      // Two Switch layers, each with 2 bits instead of 4 experts, of width 6.
      assertThat(other.parameterCount() - tree.parameterCount()).isEqualTo(2 * 2 * 6);
      assertThat(SwitchTransformer.parameterCount(tree.config(), tree.routing()))
          .isEqualTo(tree.parameterCount());
      assertThatThrownBy(() -> tree.setRouting(TinyModel.routing(Map.of())))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("tree")
          .hasMessageContaining("top_1");
    }
  }
}
