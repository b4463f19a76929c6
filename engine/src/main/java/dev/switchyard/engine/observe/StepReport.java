package dev.switchyard.engine.observe;

import java.util.List;
import java.util.Map;

/**
 * What one training step did.
 *
 * @param step number of the step, from 1
 * @param learningRate of this step
 * @param model the Switch model's figures
 * @param twin the dense twin's figures, or null
 * @param evaluation what the models make of held-out text after this step, where that was due; else
 *     null
 * @param devices what each device of a mesh did; empty where there is only one
 */
public record StepReport(
    long step,
    double learningRate,
    ModelReport model,
    ModelReport twin,
    Evaluation evaluation,
    List<DeviceReport> devices) {

  /** A step on one device. */
  public StepReport(
      long step, double learningRate, ModelReport model, ModelReport twin, Evaluation evaluation) {
    this(step, learningRate, model, twin, evaluation, List.of());
  }

  /** A step after which nothing was evaluated. */
  public StepReport(long step, double learningRate, ModelReport model, ModelReport twin) {
    this(step, learningRate, model, twin, null);
  }

  /** The same step with an evaluation after it. */
  public StepReport withEvaluation(Evaluation evaluation) {
    return new StepReport(step, learningRate, model, twin, evaluation, devices);
  }

  /** The same step with what each device did. */
  public StepReport withDevices(List<DeviceReport> all) {
    return new StepReport(step, learningRate, model, twin, evaluation, all);
  }

  /**
   * The figures of one model at one step.
   *
   * @param tokens tokens seen since the run began (inputs and targets, no padding)
   * @param seconds time spent in this model's steps since the run began
   * @param loss cross entropy plus the weighted losses of the output and of the routers
   * @param crossEntropy nats a target token
   * @param loadBalancingLoss mean over the Switch layers of N x sum(f_i x P_i); 1 is balanced; 0
   *     where there is none
   * @param zLoss mean over the Switch layers of the router z-loss, unweighted
   * @param outputZLoss mean over target tokens of log^2 Z, Z the sum of the logits' exponentials,
   *     unweighted
   * @param droppedFraction tokens dropped over tokens routed, all Switch layers together
   * @param gradientNorm before clipping
   * @param tokensPerSecond of this step
   * @param layers the Switch layers, in the order in which tokens pass them
   * @param updateRatios norm of the update over norm of the weights, by group of weights
   *     ("experts", "routers", "attention", ...), at steps where that was measured; else empty
   */
  public record ModelReport(
      long tokens,
      double seconds,
      double loss,
      double crossEntropy,
      double loadBalancingLoss,
      double zLoss,
      double outputZLoss,
      double droppedFraction,
      double gradientNorm,
      double tokensPerSecond,
      List<LayerReport> layers,
      Map<String, Double> updateRatios) {

    /** A step at which nobody measured the update. */
    public ModelReport(
        long tokens,
        double seconds,
        double loss,
        double crossEntropy,
        double loadBalancingLoss,
        double zLoss,
        double outputZLoss,
        double droppedFraction,
        double gradientNorm,
        double tokensPerSecond,
        List<LayerReport> layers) {
      this(
          tokens,
          seconds,
          loss,
          crossEntropy,
          loadBalancingLoss,
          zLoss,
          outputZLoss,
          droppedFraction,
          gradientNorm,
          tokensPerSecond,
          layers,
          Map.of());
    }
  }

  /**
   * One Switch layer at one step.
   *
   * @param name such as "encoder.block.1"
   * @param capacity expert capacity of a group
   * @param load choices that asked for each expert, over the fair share: 1 is fair, 0 is dead
   * @param droppedFraction tokens without an expert over tokens routed
   * @param loadBalancingLoss N x sum(f_i x P_i), mean over groups
   * @param zLoss mean squared log-sum-exp of the logits
   * @param entropy mean entropy of the router's probabilities, nats
   * @param confidence mean largest probability (top-1's gate)
   * @param importanceLoss squared coefficient of variation of the experts' summed probabilities,
   *     mean over groups
   * @param loadLoss the same of the load expected under noise; 0 where it has no weight
   */
  public record LayerReport(
      String name,
      int capacity,
      float[] load,
      double droppedFraction,
      double loadBalancingLoss,
      double zLoss,
      double entropy,
      double confidence,
      double importanceLoss,
      double loadLoss) {

    /** A layer of which Shazeer's losses are not known. */
    public LayerReport(
        String name,
        int capacity,
        float[] load,
        double droppedFraction,
        double loadBalancingLoss,
        double zLoss,
        double entropy,
        double confidence) {
      this(
          name,
          capacity,
          load,
          droppedFraction,
          loadBalancingLoss,
          zLoss,
          entropy,
          confidence,
          0,
          0);
    }
  }
}
