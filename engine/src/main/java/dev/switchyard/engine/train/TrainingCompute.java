package dev.switchyard.engine.train;

import dev.switchyard.engine.data.DataConfig;
import dev.switchyard.engine.data.SpanCorruption;
import dev.switchyard.engine.model.ComputeCost;
import dev.switchyard.engine.model.ModelConfig;

/** What a run's training costs in floating-point operations. */
public final class TrainingCompute {
  /** A forward pass, and a backward pass of twice its cost. */
  private static final double PASSES = 3;

  private TrainingCompute() {}

  /**
   * Operations for each token that a model of a run learns from: three times {@link ComputeCost}'s,
   * over the encoder's and the decoder's tokens in the proportion of full rows.
   *
   * @param twin whether of the dense twin
   */
  public static double flopsPerToken(RunConfig config, boolean twin) {
    ModelConfig model = twin ? config.model().denseTwin() : config.model();
    ComputeCost cost = ComputeCost.of(model);
    double input = cost.inputToken() + cost.inputRouters();
    double target = cost.targetToken() + cost.targetRouters() + cost.logits();
    double targets = model.isEncoderDecoder() ? shareOfTargets(config.data()) : 1;
    return PASSES * ((1 - targets) * input + targets * target);
  }

  private static double shareOfTargets(DataConfig data) {
    double targets = data.targetLength();
    if (targets == 0) {
      targets =
          data.objective().equals("span_corruption")
              ? SpanCorruption.fullRow(data).targets()
              : data.inputLength();
    }
    return targets / (data.inputLength() + targets);
  }
}
