package dev.switchyard.engine.layer;

import dev.switchyard.engine.parallel.Mesh;

/**
 * How a batch's rows are divided over the devices that have rows of their own, and on each into
 * micro-batches: as evenly as they can be. Where rows do not divide, some have one row more.
 *
 * @param rows of the batch
 * @param shards devices with rows of their own
 * @param microBatches of each device, one after the other
 */
public record RowDivision(int rows, int shards, int microBatches) {
  /** The rows of all devices of a mesh. */
  public static RowDivision of(int rows, Mesh mesh, int microBatches) {
    return new RowDivision(rows, mesh.shards(), microBatches);
  }

  /** All rows of a device. */
  public Share of(int shard) {
    int first = bound(rows, shard, shards);
    return new Share(first, bound(rows, shard + 1, shards) - first, rows);
  }

  /** The rows of one of a device's micro-batches. */
  public Share of(int shard, int microBatch) {
    Share own = of(shard);
    int first = bound(own.count(), microBatch, microBatches);
    int end = bound(own.count(), microBatch + 1, microBatches);
    return new Share(own.first() + first, end - first, rows);
  }

  private static int bound(int length, int part, int parts) {
    return (int) ((long) length * part / parts);
  }

  /** Whether each part has a row at least. */
  public boolean leavesNobodyOut() {
    return rows / shards / microBatches > 0;
  }

  /** Whether all parts have as many rows. */
  public boolean isEven() {
    return rows % Math.multiplyExact(shards, microBatches) == 0;
  }

  /** Whether so many equal groups of the batch's tokens lie within one part each. */
  public boolean keepsGroupsWhole(int groups) {
    if (isEven()) {
      return groups % (shards * microBatches) == 0;
    }
    for (int shard = 0; shard < shards; shard++) {
      for (int micro = 0; micro < microBatches; micro++) {
        if ((long) groups * of(shard, micro).first() % rows != 0) {
          return false;
        }
      }
    }
    return true;
  }
}
