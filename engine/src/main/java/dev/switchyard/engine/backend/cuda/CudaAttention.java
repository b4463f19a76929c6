package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Attention with relative position bias in tiles, whose probabilities are never in the device's
 * memory: what is kept for the backward pass is one number for each query, the logarithm of its sum
 * of exponentials. Methods as in {@link CudaElements}.
 */
final class CudaAttention {
  private static final int LARGEST_HEAD = 128;
  private static final int SMALLEST_HEAD = 16;

  private final CudaWork work;
  private final boolean matrixUnits;

  /** How the kernels of one variant are started. */
  private record Variant(String suffix, int tile, int threads, AttentionMemory memory) {
    static Variant of(Tensor q, boolean matrixUnits) {
      if (q.type() == ElementType.FLOAT32) {
        return new Variant("f32", 32, 256, AttentionMemory.PLAIN);
      }
      return matrixUnits
          ? new Variant("bf16_mma", 64, 128, AttentionMemory.MATRIX_UNITS)
          : new Variant("bf16", 32, 256, AttentionMemory.PLAIN);
    }

    int tiles(int length) {
      return Math.ceilDiv(length, tile);
    }
  }

  /** The tensors that both passes read. */
  record Operands(Tensor q, Tensor k, Tensor v, Tensor bias, Tensor keyMask) {}

  /**
   * @param matrixUnits whether products of bfloat16 have units of their own on the device
   */
  CudaAttention(CudaWork work, boolean matrixUnits) {
    this.work = work;
    this.matrixUnits = matrixUnits;
  }

  /** A float32 for each query and head. */
  static int[] stateShape(AttentionPlan plan) {
    return new int[] {plan.batch(), plan.heads(), plan.queryLength()};
  }

  /** The same in tensors of bfloat16: two elements hold one float32. */
  static int[] bfloat16StateShape(AttentionPlan plan) {
    return new int[] {plan.batch(), plan.heads(), plan.queryLength(), 2};
  }

  boolean attention(AttentionPlan plan, Operands in, Tensor out, Tensor state) {
    check("attention", plan, in, out);
    boolean served = serves(plan, in, out, state);
    if (!served || out.size() == 0) {
      return served;
    }
    if (plan.keyLength() == 0) {
      throw new IllegalArgumentException("attention needs at least one key");
    }
    Variant variant = Variant.of(in.q(), matrixUnits);
    List<Object> arguments = operands(in);
    arguments.add(work.out(out));
    arguments.add(work.out(state));
    launch("attention", plan, variant, variant.tiles(plan.queryLength()), arguments);
    return true;
  }

  boolean attentionBackward(
      AttentionPlan plan,
      Operands in,
      Tensor out,
      Tensor state,
      Tensor dOut,
      Tensor dQ,
      Tensor dK,
      Tensor dV,
      Tensor dBias) {
    check("attentionBackward", plan, in, out);
    int width = plan.heads() * plan.headSize();
    Shapes.of("attentionBackward")
        .matrix("dOut", dOut, (long) plan.batch() * plan.queryLength(), width)
        .matrix("dQ", dQ, (long) plan.batch() * plan.queryLength(), width)
        .matrix("dK", dK, (long) plan.batch() * plan.keyLength(), width)
        .matrix("dV", dV, (long) plan.batch() * plan.keyLength(), width)
        .exactly("dBias", dBias, plan.heads(), plan.queryLength(), plan.keyLength());
    boolean served =
        serves(plan, in, out, state)
            && CudaWork.areOneReal(in.q(), dOut, dQ, dK, dV)
            && CudaWork.are(ElementType.FLOAT32, dBias);
    if (!served || dQ.size() == 0) {
      return served;
    }
    Variant variant = Variant.of(in.q(), matrixUnits);
    long queries = (long) plan.batch() * plan.heads() * plan.queryLength();
    long delta = work.scratch(4 * queries);
    work.launch(
        "attention_delta_" + CudaWork.suffix(out),
        Grid.rows(queries),
        work.in(out),
        work.in(dOut),
        delta,
        plan.batch(),
        plan.heads(),
        plan.queryLength(),
        plan.headSize());
    List<Object> common = operands(in);
    common.addAll(List.of(work.in(state), delta, work.in(dOut)));
    int keyTiles = variant.tiles(plan.keyLength());
    int queryTiles = variant.tiles(plan.queryLength());
    launch("attention_keys", plan, variant, keyTiles, and(common, work.out(dK), work.out(dV)));
    launch("attention_queries", plan, variant, queryTiles, and(common, work.out(dQ)));
    if (dBias != null) {
      Grid grid = Grid.of(keyTiles, queryTiles, plan.heads(), variant.threads());
      launch("attention_bias", plan, variant, grid, and(common, work.out(dBias)));
    }
    return true;
  }

  private static List<Object> and(List<Object> first, Object... more) {
    List<Object> all = new ArrayList<>(first);
    all.addAll(Arrays.asList(more));
    return all;
  }

  private List<Object> operands(Operands in) {
    boolean isBfloat16 = in.bias() != null && in.bias().type() == ElementType.BFLOAT16;
    long bias = work.inOrNone(in.bias());
    return new ArrayList<>(
        List.of(
            work.in(in.q()),
            work.in(in.k()),
            work.in(in.v()),
            isBfloat16 ? 0L : bias,
            isBfloat16 ? bias : 0L,
            work.inOrNone(in.keyMask())));
  }

  private void launch(
      String kernel, AttentionPlan plan, Variant variant, int tiles, List<Object> arguments) {
    Grid grid = Grid.of(tiles, plan.heads(), plan.batch(), variant.threads());
    launch(kernel, plan, variant, grid, arguments);
  }

  private void launch(
      String kernel, AttentionPlan plan, Variant variant, Grid grid, List<Object> arguments) {
    int padded = padded(plan.headSize());
    String name = kernel + "_" + variant.suffix() + "_" + padded;
    Grid whole = grid.withShared(variant.memory().bytes(kernel, padded));
    List<Object> sizes =
        and(
            arguments,
            plan.batch(),
            plan.heads(),
            plan.queryLength(),
            plan.keyLength(),
            plan.headSize(),
            plan.causal() ? 1 : 0);
    double rate = plan.dropoutRate();
    if (rate > 0) {
      work.launchRandom(
          name,
          whole,
          plan.dropoutKey(),
          sizes,
          CudaElements.threshold(rate),
          CudaElements.factor(rate));
    } else {
      work.launch(name, whole, and(sizes, 0L, 0L, 0L, 0, 1f).toArray());
    }
  }

  /** The smallest size that a kernel is made for and that holds the heads. */
  private static int padded(int headSize) {
    int padded = SMALLEST_HEAD;
    while (padded < headSize) {
      padded *= 2;
    }
    return padded;
  }

  private static void check(String operation, AttentionPlan plan, Operands in, Tensor out) {
    if (plan.headSize() > LARGEST_HEAD) {
      throw new InputException(
          "The cuda backend has attention for heads of up to %d elements, and this model's d_kv is"
                  .formatted(LARGEST_HEAD)
              + " %d: use another backend.".formatted(plan.headSize()));
    }
    int width = plan.heads() * plan.headSize();
    Shapes.of(operation)
        .matrix("q", in.q(), (long) plan.batch() * plan.queryLength(), width)
        .matrix("k", in.k(), (long) plan.batch() * plan.keyLength(), width)
        .matrix("v", in.v(), (long) plan.batch() * plan.keyLength(), width)
        .matrix("out", out, (long) plan.batch() * plan.queryLength(), width)
        .exactly("bias", in.bias(), plan.heads(), plan.queryLength(), plan.keyLength())
        .vector("keyMask", in.keyMask(), (long) plan.batch() * plan.keyLength())
        .types(ElementType.INT32, in.keyMask());
  }

  private static boolean serves(AttentionPlan plan, Operands in, Tensor out, Tensor state) {
    long stateBytes = Float.BYTES * Tensor.sizeOf(stateShape(plan));
    return state.size() * state.type().bytes() >= stateBytes
        && CudaWork.areOneReal(in.q(), in.k(), in.v(), out)
        && (in.bias() == null || CudaWork.areOneReal(in.bias()));
  }
}
