package dev.switchyard.engine.verify;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.Precision;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.StepFigures;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.train.Optimizer;
import dev.switchyard.engine.train.TrainingConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A small Switch Transformer's first steps of training: the loss and the gradient of the first, and
 * the loss of the next after an update, with dropout and jitter.
 *
 * @param loss of the first step
 * @param gradients of all parameters, in their order
 * @param nextLoss of the next step on the same batch
 */
record TrainedStep(double loss, List<float[]> gradients, double nextLoss) {
  private static final double LEARNING_RATE = 1e-3;
  private static final int FIRST_ID = 2;

  /** The model of a seed, trained on a backend. */
  static TrainedStep on(Backend backend, long seed, Precision precision) {
    Draw draw = new Draw(seed);
    ModelConfig config = model(draw);
    Batch batch = batch(draw, config.vocabSize());
    TrainingConfig training =
        SettingsRecord.with(TrainingConfig.defaults(), Map.of("optimizer", "adamw"));
    try (SwitchTransformer model =
            new SwitchTransformer(config, RoutingConfig.defaults(), backend, seed);
        Optimizer optimizer = Optimizer.of(training, backend, model.parameters())) {
      model.setPrecision(precision);
      model.zeroGradients();
      StepFigures first = model.forwardBackward(batch, seed, 1);
      List<float[]> gradients = new ArrayList<>();
      for (Parameter parameter : model.parameters()) {
        gradients.add(backend.floats(parameter.gradient()));
      }
      optimizer.update(1, LEARNING_RATE, 1);
      model.zeroGradients();
      StepFigures next = model.forwardBackward(batch, seed, 2);
      return new TrainedStep(first.loss(), gradients, next.loss());
    }
  }

  private static ModelConfig model(Draw draw) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("vocab_size", 100 + draw.below(400));
    values.put("d_kv", 16 + 8 * draw.below(4));
    values.put("d_model", 64 + 16 * draw.below(5));
    values.put("d_ff", 128 + 32 * draw.below(5));
    values.put("num_heads", 2 + draw.below(3));
    values.put("num_layers", 2);
    values.put("num_decoder_layers", 2);
    values.put("num_experts", 2 + draw.below(7));
    return SettingsRecord.with(ModelConfig.defaults(), values);
  }

  private static Batch batch(Draw draw, int vocabulary) {
    int rows = 2 + draw.below(4);
    int length = 20 + draw.below(30);
    int targetLength = 8 + draw.below(12);
    int[] labels = draw.indices(rows * targetLength, FIRST_ID, vocabulary);
    int[] decoderInputs = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      decoderInputs[i] = i % targetLength == 0 ? 0 : labels[i - 1];
    }
    int[] inputMask = new int[rows * length];
    int[] targetMask = new int[labels.length];
    Arrays.fill(inputMask, 1);
    Arrays.fill(targetMask, 1);
    // The last row is shorter.
    Arrays.fill(inputMask, inputMask.length - length / 3, inputMask.length, 0);
    return new Batch(
        rows,
        length,
        targetLength,
        draw.indices(rows * length, FIRST_ID, vocabulary),
        decoderInputs,
        labels,
        inputMask,
        targetMask);
  }

  /** The length of the difference of all gradients, as a share of the other's length. */
  double gradientDeviation(TrainedStep from) {
    double difference = 0;
    double length = 0;
    for (int p = 0; p < gradients.size(); p++) {
      float[] mine = gradients.get(p);
      float[] others = from.gradients.get(p);
      for (int i = 0; i < mine.length; i++) {
        double off = (double) mine[i] - others[i];
        difference += off * off;
        length += (double) others[i] * others[i];
      }
    }
    double share = Math.sqrt(difference / Math.max(1e-60, length));
    return Double.isNaN(share) ? Double.POSITIVE_INFINITY : share;
  }

  /** The length of all gradients. */
  double gradientNorm() {
    double squares = 0;
    for (float[] gradient : gradients) {
      for (float each : gradient) {
        squares += (double) each * each;
      }
    }
    return Math.sqrt(squares);
  }
}
