package dev.switchyard.engine.observe;

import java.util.List;

/**
 * Where every token of a training step went, in the numbers as they were computed.
 *
 * @param step of the run
 * @param layers the Switch layers, in the order in which tokens pass them
 */
public record StepRouting(long step, List<Layer> layers) {
  /**
   * One Switch layer. A token has k choices, one behind the other: those of token t begin at t * k.
   *
   * @param name such as "encoder.block.1"
   * @param experts there are
   * @param capacity slots of an expert in a group of tokens
   * @param choices k
   * @param expert of each choice; -1 where there is none, or the token is not routed
   * @param gate with which the expert's result counts
   * @param position in the expert's queue; -1 where the choice was not asked for
   * @param slot -1 where the expert had no room
   */
  public record Layer(
      String name,
      int experts,
      int capacity,
      int choices,
      int[] expert,
      float[] gate,
      int[] position,
      int[] slot) {}
}
