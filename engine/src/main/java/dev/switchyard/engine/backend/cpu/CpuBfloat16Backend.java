package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Bfloat16Backend;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;

/**
 * Bfloat16 on the processor: products by its own instructions where it has them, and one pass over
 * the memory for everything that a training step does often. What is left computes on widened
 * copies.
 */
final class CpuBfloat16Backend extends Bfloat16Backend {
  private final CpuThreads threads;
  private final BlockKernel.Source kernels;
  private final Bfloat16Products products;
  private final Bfloat16Attention attention;

  /**
   * Over a cpu backend.
   *
   * @param kernels closed with this
   */
  CpuBfloat16Backend(
      Backend device, CpuThreads threads, CpuScratch scratch, BlockKernel.Source kernels) {
    super(device);
    this.threads = threads;
    this.kernels = kernels;
    this.products = new Bfloat16Products(threads, scratch, kernels);
    this.attention = new Bfloat16Attention(threads, scratch, kernels);
  }

  /** The fastest kernels that this machine has for so many threads. */
  static BlockKernel.Source kernels(int threads) {
    return OneDnn.onThisMachine()
        .<BlockKernel.Source>map(oneDnn -> new OneDnnKernels(oneDnn, threads))
        .orElseGet(WidenedKernels::new);
  }

  @Override
  public String description() {
    return device.description() + ", " + kernels.name();
  }

  @Override
  public String productKernels() {
    return kernels.name();
  }

  private static boolean isBfloat16(Tensor tensor) {
    return tensor != null && tensor.type() == ElementType.BFLOAT16;
  }

  private static boolean areBfloat16(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (!isBfloat16(tensor)) {
        return false;
      }
    }
    return true;
  }

  @Override
  protected void convert(Tensor from, Tensor to) {
    long size = Operands.sameSize(from, "from", to, "to");
    long fromAt = Operands.address(from);
    long toAt = Operands.address(to);
    if (isBfloat16(to)) {
      threads.overRows(
          size,
          1,
          (first, end, thread) ->
              Bfloat16Lanes.round(fromAt + 4 * first, toAt + 2 * first, (int) (end - first)));
    } else {
      threads.overRows(
          size,
          1,
          (first, end, thread) ->
              Bfloat16Lanes.widen(fromAt + 2 * first, toAt + 4 * first, (int) (end - first)));
    }
  }

  @Override
  public void matmul(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    if (isBfloat16(a) || isBfloat16(b)) {
      products.matmul(a, transposeA, b, transposeB, out, accumulate);
    } else {
      super.matmul(a, transposeA, b, transposeB, out, accumulate);
    }
  }

  @Override
  public void batchedMatmul(
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      Tensor out,
      boolean accumulate,
      Tensor rowsUsed) {
    if (isBfloat16(a) || isBfloat16(b)) {
      products.batchedMatmul(a, transposeA, b, transposeB, out, accumulate, rowsUsed);
    } else {
      super.batchedMatmul(a, transposeA, b, transposeB, out, accumulate, rowsUsed);
    }
  }

  @Override
  public void attention(
      AttentionPlan plan,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor bias,
      Tensor keyMask,
      Tensor out,
      Tensor state) {
    if (areBfloat16(q, k, v, out, state)) {
      attention.attention(plan, q, k, v, bias, keyMask, out, state);
    } else {
      super.attention(plan, q, k, v, bias, keyMask, out, state);
    }
  }

  @Override
  public void attentionBackward(
      AttentionPlan plan,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor bias,
      Tensor keyMask,
      Tensor out,
      Tensor state,
      Tensor dOut,
      Tensor dQ,
      Tensor dK,
      Tensor dV,
      Tensor dBias) {
    if (areBfloat16(q, k, v, state, dOut, dQ, dK, dV) && !isBfloat16(dBias)) {
      attention.attentionBackward(plan, q, k, v, state, dOut, dQ, dK, dV, dBias);
    } else {
      super.attentionBackward(plan, q, k, v, bias, keyMask, out, state, dOut, dQ, dK, dV, dBias);
    }
  }

  @Override
  public void close() {
    kernels.close();
    super.close();
  }
}
