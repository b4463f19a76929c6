package dev.switchyard.engine.model;

import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import java.util.List;

/**
 * Where the tokens of a batch went, and what the model expects after them.
 *
 * @param layers the Switch layers, in the order in which tokens pass them; arrays are over all
 *     rows, one behind the other
 * @param crossEntropy nats a label; 0 without labels
 * @param expected at each target place
 */
public record ForwardTrace(List<LayerRouting> layers, double crossEntropy, Expected expected) {

  /**
   * Figures of all target places, [rows * targetLength].
   *
   * @param best the most probable token
   * @param bestProbability its probability
   * @param loss nats of the label; 0 where nothing counts
   */
  public record Expected(int[] best, float[] bestProbability, float[] loss) {}
}
