package dev.switchyard.engine.observe;

import java.util.List;

/**
 * What one device of a mesh did in a training step, the Switch model and its twin together.
 *
 * @param rank its number, from 0
 * @param data its place along the data axis
 * @param expert its place along the expert axis
 * @param model its place along the model axis
 * @param firstRow of the batch's rows that it had
 * @param rows how many
 * @param firstExpert of each Switch layer's experts that it holds
 * @param experts how many
 * @param tokensReceived tokens that its experts took, over all Switch layers: from other devices
 *     and its own; dropped ones are not among them
 * @param expertTokens of them, those of each expert that it holds, over all Switch layers; empty
 *     where that was not recorded
 * @param computeSeconds in which it computed
 * @param waitingSeconds in which it did nothing but wait for others
 * @param exchangingSeconds in which it carried or summed data
 * @param memoryBytes most that it held so far: weights, gradients, optimizer state, activations
 * @param exchanges by kind and payload
 */
public record DeviceReport(
    int rank,
    int data,
    int expert,
    int model,
    int firstRow,
    int rows,
    int firstExpert,
    int experts,
    long tokensReceived,
    List<Long> expertTokens,
    double computeSeconds,
    double waitingSeconds,
    double exchangingSeconds,
    long memoryBytes,
    List<Exchange> exchanges) {

  /** Seconds from the step's start to its end, as this device saw them. */
  public double seconds() {
    return computeSeconds + waitingSeconds + exchangingSeconds;
  }

  /**
   * All collectives of one kind and payload in a step.
   *
   * @param collective such as "all-to-all"
   * @param what the payload
   * @param ranks that take part
   * @param count how often
   * @param bytes of the whole: for an all-to-all what a device gives to all, itself included; for
   *     an all-reduce the buffer
   * @param sentBytes that went to other devices
   * @param receivedBytes that came from other devices
   * @param seconds from start to end, summed up; they may overlap with computation
   */
  public record Exchange(
      String collective,
      String what,
      int ranks,
      long count,
      double bytes,
      double sentBytes,
      double receivedBytes,
      double seconds) {}
}
