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
   * @param bucket [Lq, Lk] INT32
   * @param bias [H, Lq, Lk]
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
    return forward(pass, 0, length, length);
  }

  /**
   * The bias of queries that do not start where the keys do.
   *
   * @param firstQuery position of the first query; the keys' positions count from 0
   * @return bucket [queries, keys] and bias [H, queries, keys]
   */
  public Saved forward(Pass pass, int firstQuery, int queries, int keys) {
    // From the last query to the first key, up to from the first query to the last key.
    int least = 1 - firstQuery - queries;
    int[] byDistance = new int[keys + queries - 1];
    for (int i = 0; i < byDistance.length; i++) {
      byDistance[i] = bucket(least + i);
    }
    int[] pairs = new int[Math.multiplyExact(queries, keys)];
    for (int query = 0; query < queries; query++) {
      System.arraycopy(byDistance, queries - 1 - query, pairs, query * keys, keys);
    }
    Tensor bucket = pass.ints(pairs, queries, keys);
    Tensor bias = pass.take(table.value().length(1), queries, keys);
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
