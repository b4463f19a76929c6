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
  private final BlockKernel.Source kernels;
  private final Bfloat16Products products;
  private final Bfloat16Attention attention;
  private final Bfloat16Elements elements;
  private final Bfloat16Normalisation normalisation;
  private final Bfloat16Slots slots;

  /**
   * Over a cpu backend.
   *
   * @param kernels closed with this
   */
  CpuBfloat16Backend(
      Backend device, CpuThreads threads, CpuScratch scratch, BlockKernel.Source kernels) {
    super(device);
    this.kernels = kernels;
    this.products = new Bfloat16Products(threads, scratch, kernels);
    this.attention = new Bfloat16Attention(threads, scratch, kernels);
    this.elements = new Bfloat16Elements(threads);
    this.normalisation = new Bfloat16Normalisation(threads, scratch);
    this.slots = new Bfloat16Slots(threads, scratch);
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

  private static boolean areFloat32(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (tensor.type() != ElementType.FLOAT32) {
        return false;
      }
    }
    return true;
  }

  @Override
  protected void convert(Tensor from, Tensor to) {
    if (isBfloat16(to)) {
      elements.round(from, to);
    } else {
      elements.widen(from, to);
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
  public void add(Tensor from, Tensor to) {
    if (areBfloat16(from, to)) {
      elements.add(from, to);
    } else {
      super.add(from, to);
    }
  }

  @Override
  public void relu(Tensor x, Tensor out) {
    if (areBfloat16(x, out)) {
      elements.relu(x, out);
    } else {
      super.relu(x, out);
    }
  }

  @Override
  public void reluBackward(Tensor y, Tensor dOut, Tensor dX) {
    if (areBfloat16(y, dOut, dX)) {
      elements.reluBackward(y, dOut, dX);
    } else {
      super.reluBackward(y, dOut, dX);
    }
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor out, Tensor inverseRms) {
    if (areBfloat16(x, out) && areFloat32(weight, inverseRms)) {
      normalisation.rmsNorm(x, weight, epsilon, out, inverseRms);
    } else {
      super.rmsNorm(x, weight, epsilon, out, inverseRms);
    }
  }

  @Override
  public void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    if (areBfloat16(dOut, x, dX) && areFloat32(weight, inverseRms, dWeight)) {
      normalisation.rmsNormBackward(dOut, x, weight, inverseRms, dX, dWeight);
    } else {
      super.rmsNormBackward(dOut, x, weight, inverseRms, dX, dWeight);
    }
  }

  @Override
  public void embed(Tensor ids, Tensor table, Tensor out) {
    if (areFloat32(table) && areBfloat16(out)) {
      slots.embed(ids, table, out);
    } else {
      super.embed(ids, table, out);
    }
  }

  @Override
  public void dispatch(Tensor x, Tensor slotChoice, int choices, Tensor out) {
    if (areBfloat16(x, out)) {
      slots.dispatch(x, slotChoice, choices, out);
    } else {
      super.dispatch(x, slotChoice, choices, out);
    }
  }

  @Override
  public void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    if (areBfloat16(dDispatched, dX)) {
      slots.dispatchBackward(dDispatched, slot, dX);
    } else {
      super.dispatchBackward(dDispatched, slot, dX);
    }
  }

  @Override
  public void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    if (areBfloat16(expertOut, out) && areFloat32(gate)) {
      slots.combine(expertOut, slot, gate, out);
    } else {
      super.combine(expertOut, slot, gate, out);
    }
  }

  @Override
  public void combineBackward(
      Tensor dOut,
      Tensor expertOut,
      Tensor slot,
      Tensor slotChoice,
      Tensor gate,
      Tensor dExpertOut,
      Tensor dGate) {
    if (areBfloat16(dOut, expertOut, dExpertOut) && areFloat32(gate, dGate)) {
      slots.combineBackward(dOut, expertOut, slot, slotChoice, gate, dExpertOut, dGate);
    } else {
      super.combineBackward(dOut, expertOut, slot, slotChoice, gate, dExpertOut, dGate);
    }
  }

  @Override
  public void close() {
    kernels.close();
    super.close();
  }
}
