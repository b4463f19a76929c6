package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.FiniteDifferences;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.moe.RoutedLayer.Routed;
import dev.switchyard.engine.tensor.Tensor;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradients of a Switch layer under every selection, exploration and loss, against differences
 * of the whole layer in double precision, where tokens are dropped and some are padding.
 */
final class SelectionGradientsTest {
  private static final int TOKENS = 12;
  private static final int[] MASK = {1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0};

  @ParameterizedTest
  @EnumSource(SelectionTest.Rule.class)
  void ofTheTask(SelectionTest.Rule rule) {
    check(rule.layer(), 2, null);
    check(rule.layer(), 1, MASK);
  }

  static Stream<List<Object>> losses() {
    return Stream.of("top_1", "top_2", "top_k", "no_token_left_behind", "expert_choice", "tree")
        .flatMap(
            rule ->
                Stream.of(
                        "router_aux_loss_coef",
                        "router_z_loss_coef",
                        "router_importance_loss_coef",
                        "router_load_loss_coef")
                    .map(loss -> List.<Object>of("selection", rule, loss, 0.3)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void ofEachLossUnderEachSelection(List<Object> settings) {
    check(new RoutedLayer(settings.toArray()), 2, null);
    check(new RoutedLayer(settings.toArray()), 1, MASK);
  }

  static Stream<List<Object>> explorations() {
    return Stream.of(
        List.of("exploration", "argmax"),
        List.of("exploration", "sample", "router_z_loss_coef", 0.2),
        List.of("exploration", "input_dropout", "router_input_dropout", 0.3),
        List.of("exploration", "jitter", "router_jitter_noise", 0.2));
  }

  @ParameterizedTest
  @MethodSource("explorations")
  void underEachExploration(List<Object> settings) {
    check(new RoutedLayer(settings.toArray()), 2, null);
  }

  private static void check(RoutedLayer layer, int groups, int[] mask) {
    Tensor x = layer.tokens(1, TOKENS);
    Tensor weights = layer.tokens(99, TOKENS);
    Routed routed = layer.run(x, groups, 2, mask, true, 7);
    double[] dX = layer.doubles(layer.backward(routed, weights));
    double[] w = layer.doubles(weights);
    List<double[]> gradients =
        layer.parameters.stream().map(p -> layer.doubles(p.gradient())).toList();
    DoubleSupplier loss =
        () -> {
          Routed again = layer.run(x, groups, 2, mask, true, 7);
          double[] y = layer.doubles(again.y());
          double sum = layer.losses(again);
          for (int i = 0; i < y.length; i++) {
            sum += y[i] * w[i];
          }
          return sum;
        };
    FiniteDifferences.check("the tokens", layer.backend, x, dX, 48, loss);
    for (int i = 0; i < gradients.size(); i++) {
      Parameter parameter = layer.parameters.get(i);
      FiniteDifferences.check(
          parameter.name(), layer.backend, parameter.value(), gradients.get(i), 30, loss);
    }
  }
}
