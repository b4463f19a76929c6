package dev.switchyard.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import dev.switchyard.engine.train.Optimizer;
import dev.switchyard.engine.train.TrainingConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gradient that was set to 0 keeps nothing of the step before, though its memory may. */
final class GradientStartTest {
  // More experts than tokens: some get none, and nothing is written for them.
  private static final ModelConfig SPARSE = TinyModel.config(Map.of("num_experts", 24));

  private static SwitchTransformer model(Backend backend) {
    return new SwitchTransformer(SPARSE, TinyModel.routing(Map.of()), backend, 1);
  }

  private static Batch other() {
    Batch batch = TinyModel.batch();
    int[] ids = Arrays.stream(batch.inputs()).map(id -> id == 0 ? 0 : 13 - id).toArray();
    return new Batch(
        batch.rows(),
        batch.inputLength(),
        batch.targetLength(),
        ids,
        batch.decoderInputs(),
        batch.labels(),
        batch.inputMask(),
        batch.targetMask());
  }

  private static List<float[]> gradients(SwitchTransformer model) {
    return model.parameters().stream()
        .map(parameter -> model.backend().floats(parameter.gradient()))
        .toList();
  }

  private static double norm(SwitchTransformer model) {
    double squares = 0;
    for (Tensor block : model.gradientBlocks()) {
      squares += model.backend().sumOfSquares(block);
    }
    return Math.sqrt(squares);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "nd4j"})
  void nothingIsLeftOfTheStepBefore(String name) {
    try (Backend backend = Backends.open(name, ElementType.FLOAT32);
        SwitchTransformer used = model(backend);
        SwitchTransformer fresh = model(backend)) {
      used.zeroGradients();
      used.forwardBackward(other(), 3, 1);
      assertThat(norm(used)).isPositive();
      used.zeroGradients();
      used.forwardBackward(TinyModel.batch(), 3, 2);
      fresh.zeroGradients();
      fresh.forwardBackward(TinyModel.batch(), 3, 2);
      assertThat(norm(used)).isEqualTo(norm(fresh));
      assertThat(gradients(used)).usingRecursiveComparison().isEqualTo(gradients(fresh));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "nd4j"})
  void aSecondPassAddsToTheFirst(String name) {
    try (Backend backend = Backends.open(name, ElementType.FLOAT32);
        SwitchTransformer model = model(backend)) {
      model.zeroGradients();
      model.forwardBackward(TinyModel.batch(), 3, 1);
      double once = norm(model);
      model.forwardBackward(TinyModel.batch(), 3, 1);
      // Twice the same numbers, each rounded once.
      assertThat(norm(model) / once).isBetween(2 - 1e-5, 2 + 1e-5);
      model.zeroGradients();
      assertThat(norm(model)).isZero();
    }
  }

  /** Without anybody who looks at the gradients between. */
  @ParameterizedTest
  @ValueSource(strings = {"each", "together"})
  void anOptimizerSeesTheZerosToo(String experts) {
    TrainingConfig training =
        SettingsRecord.with(
            TrainingConfig.defaults(),
            Map.of("optimizer", "adafactor", "adafactor_experts", experts));
    try (Backend backend = Backends.open("cpu", ElementType.FLOAT32);
        SwitchTransformer model = model(backend);
        Optimizer optimizer = Optimizer.of(training, backend, model.parameters())) {
      model.zeroGradients();
      model.forwardBackward(other(), 3, 1);
      optimizer.update(1, 0.1, 1);
      List<float[]> before = weights(model);
      model.zeroGradients();
      optimizer.update(2, 0.1, 1);
      assertThat(weights(model)).usingRecursiveComparison().isEqualTo(before);
    }
  }

  private static List<float[]> weights(SwitchTransformer model) {
    return model.parameters().stream()
        .map(parameter -> model.backend().floats(parameter.value()))
        .toList();
  }
}
