package dev.switchyard.engine.layer;

import dev.switchyard.engine.tensor.Tensor;
import java.util.List;

/**
 * T5's relative position bias: a number for each head and each bucket of distances between a query
 * and a key, added to attention's scores. Computed once for a stack and shared by its blocks.
 */
public final class PositionBias {
  private final Parameter table;
  private final int buckets;
  private final int maxDistance;
  private final boolean bidirectional;

  /**
   * Kept for the backward pass.
   *
   * @param bucket [L, L] INT32
   * @param bias [H, L, L]
   */
  public record Saved(Tensor bucket, Tensor bias) {}

  /**
   * A bias with a table [buckets, H].
   *
   * @param maxDistance from which all distances share a bucket
   * @param bidirectional whether half of the buckets are for keys after the query (encoder)
   */
  public PositionBias(
      ParameterSource source,
      String prefix,
      int buckets,
      int heads,
      int maxDistance,
      boolean bidirectional) {
    this.table =
        source.create(
            ParameterSource.Start.POSITION_BIAS, List.of(prefix + ".weight"), buckets, heads);
    this.buckets = buckets;
    this.maxDistance = maxDistance;
    this.bidirectional = bidirectional;
  }

  /** The bias of all pairs of {@code length} positions. */
  public Saved forward(Pass pass, int length) {
    int[] byDistance = new int[2 * length - 1];
    for (int distance = 1 - length; distance < length; distance++) {
      byDistance[distance + length - 1] = bucket(distance);
    }
    int[] pairs = new int[Math.multiplyExact(length, length)];
    for (int query = 0; query < length; query++) {
      System.arraycopy(byDistance, length - 1 - query, pairs, query * length, length);
    }
    Tensor bucket = pass.ints(pairs, length, length);
    Tensor bias = pass.take(table.value().length(1), length, length);
    pass.backend().positionBias(table.value(), bucket, bias);
    return new Saved(bucket, bias);
  }

  /** Adds to the table's gradient; dBias [H, L, L] is summed over the blocks. */
  public void backward(Pass pass, Saved saved, Tensor dBias) {
    pass.backend().positionBiasBackward(saved.bucket(), dBias, table.gradient());
  }

  /**
   * The bucket of a distance: the near half of the buckets hold one distance each, the far half
   * ranges that grow by a constant factor.
   *
   * @param distance key position minus query position
   */
  int bucket(int distance) {
    int room = bidirectional ? buckets / 2 : buckets;
    int first = bidirectional && distance > 0 ? room : 0;
    int apart = bidirectional ? Math.abs(distance) : Math.max(-distance, 0);
    int exact = room / 2;
    if (apart < exact) {
      return first + apart;
    }
    // In single precision, as in the checkpoints' training: at powers of two the bucket depends on
    // the rounding.
    float share =
        (float) Math.log((float) apart / exact) / (float) Math.log((double) maxDistance / exact);
    return first + Math.min(room - 1, exact + (int) (share * (room - exact)));
  }
}
