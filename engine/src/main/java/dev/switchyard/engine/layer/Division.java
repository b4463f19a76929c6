package dev.switchyard.engine.layer;

import dev.switchyard.engine.parallel.Rank;

/**
 * How a pass is a part of a larger one: the batch's rows are cut into parts of equal size, and each
 * device has one. Losses are means over the whole batch, and random numbers are those that the
 * whole batch would have drawn, so the parts' gradients and figures add up to those of one pass.
 *
 * @param rank the device
 * @param part of the batch that the pass is over, from 0
 * @param parts in all
 * @param inputTokens of the whole batch without padding
 * @param targetTokens of the whole batch without padding
 * @param labels of the whole batch that count
 * @param gradients hears which are complete
 */
public record Division(
    Rank rank,
    int part,
    int parts,
    long inputTokens,
    long targetTokens,
    long labels,
    GradientListener gradients) {

  /** A pass over a whole batch on one device. */
  public static Division none() {
    return whole(Rank.alone());
  }

  /** A pass in which each device computes the whole batch. */
  public static Division whole(Rank rank) {
    return new Division(rank, 0, 1, 0, 0, 0, GradientListener.NONE);
  }

  /** What the whole batch has of something that this part has some of. */
  public long inAll(long ofPart, long ofWhole) {
    return parts == 1 ? ofPart : ofWhole;
  }
}
