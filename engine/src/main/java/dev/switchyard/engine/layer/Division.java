package dev.switchyard.engine.layer;

import dev.switchyard.engine.parallel.Rank;

/**
 * How a pass is a part of a larger one: the batch's rows are cut into parts, and each device has
 * one, or one after the other as micro-batches. Losses are means over the whole batch, and random
 * numbers are those that the whole batch would have drawn, so the parts' gradients and figures add
 * up to those of one pass.
 *
 * @param rank the device
 * @param rows how they are divided; null where every device computes all of them
 * @param microBatch of the device's, from 0
 * @param inputTokens of the whole batch without padding
 * @param targetTokens of the whole batch without padding
 * @param labels of the whole batch that count
 * @param gradients hears which are complete
 */
public record Division(
    Rank rank,
    RowDivision rows,
    int microBatch,
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
    return new Division(rank, null, 0, 0, 0, 0, GradientListener.NONE);
  }

  /** The rows that the pass is over. */
  public Share share() {
    return shareOf(rank.shard());
  }

  /** The rows that another device has at the same time. */
  public Share shareOf(int shard) {
    return rows == null ? Share.WHOLE : rows.of(shard, microBatch);
  }

  /** Whether other devices may have another number of rows at the same time. */
  public boolean isUneven() {
    return rows != null && !rows.isEven();
  }

  /** What the whole batch has of something that this part has some of. */
  public long inAll(long ofPart, long ofWhole) {
    return share().isWhole() ? ofPart : ofWhole;
  }
}
