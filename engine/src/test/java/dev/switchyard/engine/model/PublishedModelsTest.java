package dev.switchyard.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The published models have the published numbers of parameters. None of them is made for that: the
 * largest would take six terabytes.
 */
final class PublishedModelsTest {
  private static long parameters(String name) {
    return SwitchTransformer.parameterCount(PublishedModels.named(name).config());
  }

  /** Billions, to as many digits as the publications give. */
  @ParameterizedTest
  @CsvSource({
    "t5-base, 0.2229, 0.00005",
    "t5-base-paper, 0.2229, 0.00005",
    "t5-large, 0.7377, 0.00005",
    "t5-large-paper, 0.7503, 0.00005",
    "t5-xxl, 11.14, 0.005",
    "switch-base-8, 0.619, 0.0005",
    "switch-base-16, 1.072, 0.0005",
    "switch-base-32, 1.979, 0.0005",
    "switch-base-64, 3.791, 0.0005",
    "switch-base-128, 7.415, 0.0005",
    "switch-base-256, 14.664, 0.0005",
    "switch-base-paper, 7.415, 0.0005",
    "switch-large-128, 26.31, 0.005",
    "switch-large-paper, 27.1, 0.05",
    "switch-xxl-128, 394.7, 0.05",
    "switch-xxl-paper, 201.4, 0.05",
    "switch-c-2048, 1571.3, 0.05",
    "switch-c-paper, 1571.4, 0.05",
    "wudao-sized, 1751, 1",
  })
  void haveThePublishedNumberOfParameters(String name, double billions, double rounding) {
    assertThat(parameters(name) / 1e9).isCloseTo(billions, within(rounding));
  }

  @ParameterizedTest
  @CsvSource({"2, 0.280", "4, 0.393"})
  void switchBaseWithFewExpertsHasThoseOfAppendixD(int experts, double billions) {
    ModelConfig few =
        SettingsRecord.with(
            PublishedModels.named("switch-base-8").config(), Map.of("num_experts", experts));
    assertThat(SwitchTransformer.parameterCount(few) / 1e9).isCloseTo(billions, within(0.0005));
  }

  @Test
  void everyModelIsCounted() {
    assertThat(PublishedModels.all()).hasSize(19);
  }

  @Test
  void aSwitchModelsTwinIsTheDenseModelOfItsSize() {
    assertThat(
            SwitchTransformer.parameterCount(
                PublishedModels.named("switch-base-64").config().denseTwin()))
        .isEqualTo(parameters("t5-base"));
    assertThat(
            SwitchTransformer.parameterCount(
                PublishedModels.named("switch-xxl-128").config().denseTwin()))
        .isEqualTo(parameters("t5-xxl"));
  }

  @Test
  void switchBaseTakesTheOperationsOfTable9() {
    // 124 billion a sequence of 512 and 114 tokens, logits and routers left out.
    ComputeCost cost = ComputeCost.of(PublishedModels.named("switch-base-128").config());
    assertThat((512 * cost.inputToken() + 114 * cost.targetToken()) / 1e9)
        .isCloseTo(124.1, within(0.05));
  }

  @Test
  void theSparseLayersAreThoseOfTheReleasedConfigurations() {
    ModelConfig base = PublishedModels.named("switch-base-8").config();
    assertThat(base.switchLayers(true)).isEqualTo(6);
    assertThat(base.isSparse(true, 1)).isTrue();
    assertThat(base.isSparse(true, 11)).isTrue();
    ModelConfig all = PublishedModels.named("switch-c-2048").config();
    assertThat(all.switchLayers(true)).isEqualTo(15);
    assertThat(all.switchLayers(false)).isEqualTo(15);
  }

  @Test
  void aModelThatNobodyPublishedIsRefused() {
    assertThatThrownBy(() -> PublishedModels.named("switch-base-7"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no published model \"switch-base-7\"")
        .hasMessageContaining("switch-base-8");
  }
}
