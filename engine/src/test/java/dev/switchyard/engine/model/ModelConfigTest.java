package dev.switchyard.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the sparse layers of a model stand, and what its dense twin has in their places. */
final class ModelConfigTest {
  private static final Map<String, ?> TWELVE = Map.of("num_layers", 12, "num_decoder_layers", 12);

  private static List<Integer> sparse(ModelConfig config, boolean encoder) {
    return IntStream.range(0, config.blocks(encoder))
        .filter(block -> config.isSparse(encoder, block))
        .boxed()
        .toList();
  }

  private static ModelConfig twelve(String name, Object value, String other, Object otherValue) {
    return TinyModel.config(
        Map.of("num_layers", 12, "num_decoder_layers", 12, name, value, other, otherValue));
  }

  @Test
  void oneOfEveryFourIsTheSecondOrTheLast() {
    // Three sparse layers of twelve: the two code bases place them differently.
    assertThat(
            sparse(twelve("encoder_sparse_step", 4, "sparse_layer_placement", "huggingface"), true))
        .containsExactly(1, 5, 9);
    assertThat(
            sparse(twelve("encoder_sparse_step", 4, "sparse_layer_placement", "flaxformer"), true))
        .containsExactly(3, 7, 11);
  }

  @Test
  void everySecondIsTheSameByBothRulesAsAreAllAndNone() {
    for (String rule : List.of("huggingface", "flaxformer")) {
      assertThat(sparse(twelve("decoder_sparse_step", 2, "sparse_layer_placement", rule), false))
          .containsExactly(1, 3, 5, 7, 9, 11);
      assertThat(sparse(twelve("decoder_sparse_step", 1, "sparse_layer_placement", rule), false))
          .hasSize(12);
      assertThat(sparse(twelve("decoder_sparse_step", 0, "sparse_layer_placement", rule), false))
          .isEmpty();
    }
  }

  @Test
  void givenPlacesOverrideTheStepOfTheirStack() {
    ModelConfig config = twelve("encoder_sparse_layers", "11, 0,3", "encoder_sparse_step", 1);
    assertThat(sparse(config, true)).containsExactly(0, 3, 11);
    assertThat(sparse(config, false)).containsExactly(1, 3, 5, 7, 9, 11);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1,12 | the stack has blocks 0 to 11",
        "-1 | the stack has blocks 0 to 11",
        "1,2,1 | names a block twice",
        "1,,2 | must be numbers of blocks, such as 1,3,5",
        "every | must be numbers of blocks, such as 1,3,5"
      })
  void placesThatAreNoneAreRefused(String places, String message) {
    assertThatThrownBy(() -> twelve("decoder_sparse_layers", places, "encoder_sparse_step", 2))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("decoder_sparse_layers is \"" + places + "\"")
        .hasMessageContaining(message);
  }

  @Test
  void aDecoderAloneHasNoEncoderWhosePlacesCouldBeWrong() {
    assertThat(
            TinyModel.config(Map.of("is_encoder_decoder", false, "encoder_sparse_layers", "99"))
                .switchLayers(true))
        .isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "none, relu, 0",
    "none, gated-gelu, 0",
    "none, relu, 5",
    "none, gated-gelu, 5",
    "linear, relu, 0",
    "feed-forward, relu, 5",
    "feed-forward, gated-gelu, 0"
  })
  void theTwinTakesTheSameOperationsForATokenButForTheRouters(
      String attention, String activation, int shared) {
    ModelConfig config =
        TinyModel.config(
            Map.of(
                "switch_attention", attention,
                "feed_forward_proj", activation,
                "shared_expert_d_ff", shared));
    ComputeCost cost = ComputeCost.of(config);
    ComputeCost twin = ComputeCost.of(config.denseTwin());
    assertThat(twin.inputToken()).isEqualTo(cost.inputToken());
    assertThat(twin.targetToken()).isEqualTo(cost.targetToken());
    assertThat(twin.logits()).isEqualTo(cost.logits());
    assertThat(twin.inputRouters()).isZero();
    int switchLayers = attention.equals("none") ? 1 : 3;
    assertThat(cost.inputRouters()).isEqualTo(2L * 6 * 3 * switchLayers);
    // Every weight of the twin is applied to a token once, but for embedding, position biases and
    // normalisations: the parameters and the operations know of each other.
    long besides = 13 * 6 + 2 * 8 * 2 + 6 * (2 * 2 + 3 * 2 + 2);
    assertThat(2 * (SwitchTransformer.parameterCount(config.denseTwin()) - besides))
        .isEqualTo(twin.inputToken() + twin.targetToken());
  }

  @Test
  void theTwinOfPlainSwitchLayersIsOneThatOtherProgramsKnow() {
    ModelConfig twin = TinyModel.config(TWELVE).denseTwin();
    assertThat(twin.encoderSparseStep()).isZero();
    assertThat(twin.decoderSparseStep()).isZero();
    assertThat(twin.denseTwin()).isEqualTo(twin);
  }
}
