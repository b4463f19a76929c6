package dev.switchyard.engine.observe;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Where every token of a training step, or of a part of its batch, went, in the numbers as they
 * were computed.
 *
 * @param step of the run
 * @param firstRow row of the batch with which the part begins, from 0
 * @param layers the Switch layers, in the order in which tokens pass them
 */
public record StepRouting(long step, int firstRow, List<Layer> layers) {
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
      int[] slot) {

    /** Whether it stands in the encoder. */
    public boolean isEncoder() {
      return name.startsWith("encoder");
    }

    /** How many tokens passed it. */
    public int tokens() {
      return expert.length / choices;
    }

    /** The first expert that took a token, or else the first that it asked; -1: not routed. */
    public int expert(int token) {
      for (int choice = token * choices; choice < (token + 1) * choices; choice++) {
        if (expert[choice] >= 0 && slot[choice] >= 0) {
          return expert[choice];
        }
      }
      return expert[token * choices];
    }

    /** Whether a token asked for experts and none had room. */
    public boolean isDropped(int token) {
      boolean asked = false;
      for (int choice = token * choices; choice < (token + 1) * choices; choice++) {
        asked |= expert[choice] >= 0;
        if (expert[choice] >= 0 && slot[choice] >= 0) {
          return false;
        }
      }
      return asked;
    }

    /** How many tokens it routed: all but padding. */
    public int routed() {
      return (int) IntStream.range(0, tokens()).filter(token -> expert(token) >= 0).count();
    }

    /** How many of them no expert took. */
    public int dropped() {
      return (int) IntStream.range(0, tokens()).filter(this::isDropped).count();
    }
  }
}
