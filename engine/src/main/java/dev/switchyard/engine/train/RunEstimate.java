package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Objective;
import dev.switchyard.engine.model.ComputeCost;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;

/** What can be said of a run before anything of it is made. */
public final class RunEstimate {
  /**
   * Floating-point operations a second and processor that whole training steps are assumed to
   * reach; small models reach less.
   */
  private static final double SPEED = 25e9;

  private static final int BYTES = 4;

  private RunEstimate() {}

  /**
   * Checks that the settings fit together, and counts.
   *
   * @throws InputException where they do not, or the tokenizer can't be opened
   */
  public static Workbench.Estimate of(RunConfig given) {
    try (RunSetup setup = RunSetup.of(given)) {
      RunConfig config = setup.config();
      boolean twin = config.training().twin();
      ModelConfig model = config.model();
      ModelConfig dense = model.denseTwin();
      double memory = memory(config, model, setup.objective());
      double operations = operations(config, model, setup.objective());
      if (twin) {
        memory += memory(config, dense, setup.objective());
        operations += operations(config, dense, setup.objective());
      }
      return new Workbench.Estimate(
          SwitchTransformer.parameterCount(model),
          twin ? SwitchTransformer.parameterCount(dense) : 0,
          memory,
          operations / (SPEED * Runtime.getRuntime().availableProcessors()));
    }
  }

  /** Weights, gradients, moments and activations, bytes. */
  private static double memory(RunConfig config, ModelConfig model, Objective objective) {
    double parameters = SwitchTransformer.parameterCount(model);
    // Adafactor's factored moments are next to nothing; a small matrix' whole one is one number.
    double moments = config.training().optimizer().equals("adamw") ? 2 : 1;
    return BYTES * (parameters * (2 + moments) + activations(config, model, objective));
  }

  /** Numbers that the forward pass keeps for the backward pass; what matters of them. */
  private static double activations(RunConfig config, ModelConfig model, Objective objective) {
    double rows = config.training().batchSize();
    double in = objective.inputLength();
    double out = objective.targetLength();
    double heads = model.numHeads();
    double encoder = 0;
    for (int block = 0; model.isEncoderDecoder() && block < model.numLayers(); block++) {
      encoder += in * attention(model) + heads * in * in + in * feedForward(config, true, block);
    }
    double decoder = 0;
    for (int block = 0; block < model.numDecoderLayers(); block++) {
      decoder +=
          out * attention(model) + heads * out * out + out * feedForward(config, false, block);
      if (model.isEncoderDecoder()) {
        decoder += (in + out) * attention(model) + heads * in * out;
      }
    }
    double logits = 2 * out * model.vocabSize();
    return rows * (encoder + decoder + logits);
  }

  /** Of one token: the normed input, queries, keys, values, their mixture, the output. */
  private static double attention(ModelConfig model) {
    return 3.0 * model.dModel() + 4.0 * model.attentionWidth();
  }

  private static double feedForward(RunConfig config, boolean encoder, int block) {
    ModelConfig model = config.model();
    double hidden = (model.isGated() ? 3.0 : 1.0) * model.dFf();
    if (!model.isSparse(encoder, block)) {
      return 3.0 * model.dModel() + hidden;
    }
    double slots = config.routing().capacityFactor();
    return 3.0 * model.dModel()
        + slots * (2.0 * model.dModel() + hidden)
        + 3.0 * model.numExperts();
  }

  /** Of one training step: the backward pass takes twice the forward pass. */
  private static double operations(RunConfig config, ModelConfig model, Objective objective) {
    long rows = config.training().batchSize();
    return 3
        * ComputeCost.of(model)
            .forward(rows * objective.inputLength(), rows * objective.targetLength());
  }
}
