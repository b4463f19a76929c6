package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.Tensor;

/** Rows of tables by index: token embeddings and the relative position bias. */
final class CpuEmbedding {
  // Columns that one thread takes in the backward pass: two cache lines.
  private static final int COLUMNS = 32;

  private final CpuThreads threads;
  private final CpuScratch scratch;

  CpuEmbedding(CpuThreads threads, CpuScratch scratch) {
    this.threads = threads;
    this.scratch = scratch;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#embed}. */
  void embed(Tensor ids, Tensor table, Tensor out) {
    Operands.rankAtLeast(table, "table", 2);
    int tokens = Math.toIntExact(ids.size());
    int vocabulary = table.rows();
    int d = table.length(-1);
    long idsAt = Operands.ints(ids, "ids", tokens);
    long tableAt = Operands.floats(table, "table");
    long outAt = Operands.rows(out, "out", tokens, d);
    threads.overRows(
        tokens,
        d,
        (from, to, thread) -> {
          for (long t = from; t < to; t++) {
            int id = Operands.indexOrNone(OffHeap.getInt(idsAt + 4 * t), vocabulary, "ids", t);
            if (id < 0) {
              OffHeap.clear(outAt + 4 * t * d, 4L * d);
            } else {
              OffHeap.copy(tableAt + 4L * id * d, outAt + 4 * t * d, 4L * d);
            }
          }
        });
  }

  /**
   * See {@link dev.switchyard.engine.backend.Backend#embedBackward}. Threads share the columns and
   * not the tokens, so that each element is summed in the order of the tokens.
   */
  void embedBackward(Tensor ids, Tensor dOut, Tensor dTable) {
    Operands.rankAtLeast(dTable, "dTable", 2);
    int tokens = Math.toIntExact(ids.size());
    int vocabulary = dTable.rows();
    int d = dTable.length(-1);
    long idsAt = Operands.ints(ids, "ids", tokens);
    long dOutAt = Operands.rows(dOut, "dOut", tokens, d);
    long dTableAt = Operands.floats(dTable, "dTable");
    for (int t = 0; t < tokens; t++) {
      Operands.indexOrNone(OffHeap.getInt(idsAt + 4L * t), vocabulary, "ids", t);
    }
    threads.overRows(
        Math.ceilDiv(d, COLUMNS),
        (long) COLUMNS * tokens,
        (from, to, thread) -> {
          int first = (int) from * COLUMNS;
          int columns = Math.min((int) to * COLUMNS, d) - first;
          for (int t = 0; t < tokens; t++) {
            int id = OffHeap.getInt(idsAt + 4L * t);
            if (id >= 0) {
              long row = dTableAt + 4L * id * d;
              CpuElements.add(dOutAt + 4 * ((long) t * d + first), row + 4L * first, columns);
            }
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#positionBias}. */
  void positionBias(Tensor table, Tensor bucket, Tensor out) {
    Operands.rankAtLeast(table, "table", 2);
    int heads = table.length(-1);
    int buckets = table.rows();
    int pairs = Math.toIntExact(bucket.size());
    long tableAt = Operands.floats(table, "table");
    long bucketAt = Operands.ints(bucket, "bucket", pairs);
    long outAt = Operands.floats(out, "out", (long) heads * pairs);
    threads.overRows(
        pairs,
        heads,
        (from, to, thread) -> {
          for (long pair = from; pair < to; pair++) {
            int row = Operands.index(OffHeap.getInt(bucketAt + 4 * pair), buckets, "bucket", pair);
            for (int h = 0; h < heads; h++) {
              float bias = OffHeap.getFloat(tableAt + 4 * ((long) row * heads + h));
              OffHeap.setFloat(outAt + 4 * ((long) h * pairs + pair), bias);
            }
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#positionBiasBackward}. */
  void positionBiasBackward(Tensor bucket, Tensor dBias, Tensor dTable) {
    Operands.rankAtLeast(dTable, "dTable", 2);
    int heads = dTable.length(-1);
    int buckets = dTable.rows();
    int pairs = Math.toIntExact(bucket.size());
    long bucketAt = Operands.ints(bucket, "bucket", pairs);
    long dBiasAt = Operands.floats(dBias, "dBias", (long) heads * pairs);
    long dTableAt = Operands.floats(dTable, "dTable");
    // Heads write to different columns; within a head the order is that of the pairs. Many pairs
    // share a bucket, so their sum is kept in double precision.
    scratch.reserve(8L * buckets, 0);
    threads.overRows(
        heads,
        pairs,
        (from, to, thread) -> {
          long sums = scratch.own(thread);
          for (int h = (int) from; h < to; h++) {
            sumBuckets(bucketAt, dBiasAt + 4L * h * pairs, pairs, sums, buckets);
            for (int row = 0; row < buckets; row++) {
              long at = dTableAt + 4 * ((long) row * heads + h);
              double sum = OffHeap.getFloat(at) + OffHeap.getDouble(sums + 8L * row);
              OffHeap.setFloat(at, (float) sum);
            }
          }
        });
  }

  private static void sumBuckets(long bucket, long dBias, int pairs, long sums, int buckets) {
    OffHeap.clear(sums, 8L * buckets);
    for (int pair = 0; pair < pairs; pair++) {
      int row = Operands.index(OffHeap.getInt(bucket + 4L * pair), buckets, "bucket", pair);
      long at = sums + 8L * row;
      OffHeap.setDouble(at, OffHeap.getDouble(at) + OffHeap.getFloat(dBias + 4L * pair));
    }
  }
}
