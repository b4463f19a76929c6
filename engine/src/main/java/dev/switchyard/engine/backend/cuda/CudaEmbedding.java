package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.List;

/** Rows of tables by index. Methods as in {@link CudaElements}. */
final class CudaEmbedding {
  private static final List<String> FROM_TABLE = List.of("f32", "bf16", "f32_bf16");
  private static final int WORDS_A_BLOCK = 32;
  private static final int COLUMNS_A_BLOCK = 256;
  private static final int PAIRS_A_PARTIAL = 4096;
  private static final int MOST_PARTIALS = 64;
  private static final int BIAS_THREADS = 128;

  private final CudaWork work;

  CudaEmbedding(CudaWork work) {
    this.work = work;
  }

  boolean embed(Tensor ids, Tensor table, Tensor out) {
    int tokens = Math.toIntExact(ids.size());
    int d = table.length(-1);
    Shapes.of("embed").types(ElementType.INT32, ids).matrix("out", out, tokens, d);
    String kernel = CudaWork.variant("embed", FROM_TABLE, table, out);
    if (kernel != null && out.size() > 0) {
      work.launch(
          kernel,
          Grid.rows(tokens),
          work.in(ids),
          work.in(table),
          work.out(out),
          tokens,
          d,
          table.rows());
    }
    return kernel != null;
  }

  boolean embedBackward(Tensor ids, Tensor dOut, Tensor dTable) {
    int tokens = Math.toIntExact(ids.size());
    int d = dTable.length(-1);
    Shapes.of("embedBackward").types(ElementType.INT32, ids).matrix("dOut", dOut, tokens, d);
    String kernel = CudaWork.variant("embed_backward", List.of("f32", "bf16_f32"), dOut, dTable);
    if (kernel != null && dOut.size() > 0 && dTable.size() > 0) {
      int words = dTable.rows();
      work.launch(
          kernel,
          Grid.of(Math.ceilDiv(words, WORDS_A_BLOCK), Math.ceilDiv(d, COLUMNS_A_BLOCK)),
          work.in(ids),
          work.in(dOut),
          work.out(dTable),
          tokens,
          d,
          words);
    }
    return kernel != null;
  }

  boolean positionBias(Tensor table, Tensor bucket, Tensor out) {
    int heads = table.length(-1);
    int pairs = Math.toIntExact(bucket.size());
    Shapes.of("positionBias")
        .types(ElementType.INT32, bucket)
        .vector("out", out, (long) heads * pairs);
    String kernel = CudaWork.variant("position_bias", FROM_TABLE, table, out);
    if (kernel != null && out.size() > 0) {
      work.launch(
          kernel,
          Grid.items(pairs),
          work.in(table),
          work.in(bucket),
          work.out(out),
          heads,
          pairs,
          table.rows());
    }
    return kernel != null;
  }

  boolean positionBiasBackward(Tensor bucket, Tensor dBias, Tensor dTable) {
    int heads = dTable.length(-1);
    int buckets = dTable.rows();
    int pairs = Math.toIntExact(bucket.size());
    Shapes.of("positionBiasBackward")
        .types(ElementType.INT32, bucket)
        .vector("dBias", dBias, (long) heads * pairs);
    boolean served = CudaWork.are(ElementType.FLOAT32, dBias, dTable);
    if (served && dBias.size() > 0) {
      int partials = Math.clamp(Math.ceilDiv(pairs, PAIRS_A_PARTIAL), 1, MOST_PARTIALS);
      work.launch(
          "position_bias_backward_f32",
          Grid.of(partials, heads, 1, BIAS_THREADS),
          work.in(bucket),
          work.in(dBias),
          work.out(dTable),
          work.scratch(8L * partials * heads * buckets),
          work.ticket(),
          heads,
          pairs,
          buckets);
    }
    return served;
  }
}
