package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.Bfloat16Backend;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.List;

/**
 * The GPU for tensors of bfloat16, by kernels of its own: products and attention on the matrix
 * units where there are some, and everything else in one pass from bfloat16 to bfloat16. Tensors of
 * types for which there is no kernel are widened first, on the device.
 */
final class CudaBfloat16Backend extends Bfloat16Backend {
  private final CudaBackend gpu;
  private final boolean matrixUnits;
  private final CudaProducts products;
  private final CudaSums sums;
  private final CudaElements elements;
  private final CudaNormalisation normalisation;
  private final CudaEmbedding embedding;
  private final CudaAttention attention;
  private final CudaRouting routing;
  private final CudaSlots slots;
  private final CudaLoss loss;
  private final RoundedWeights weights;
  private final Arena scratch;

  CudaBfloat16Backend(CudaBackend gpu) {
    super(gpu);
    this.gpu = gpu;
    CudaBackend.Kernels kernels = gpu.kernels();
    this.matrixUnits = kernels.matrixUnits();
    this.products = kernels.products();
    this.sums = kernels.sums();
    this.elements = kernels.elements();
    this.normalisation = kernels.normalisation();
    this.embedding = kernels.embedding();
    this.attention = kernels.attention();
    this.routing = kernels.routing();
    this.slots = kernels.slots();
    this.loss = kernels.loss();
    this.weights = new RoundedWeights(gpu.deviceMemory(), elements);
    this.scratch = gpu.arena();
  }

  @Override
  public String description() {
    return gpu.description() + (matrixUnits ? ", bfloat16" : ", bfloat16 by float32 products");
  }

  @Override
  public Arena arena() {
    return gpu.arena(ElementType.BFLOAT16);
  }

  @Override
  protected void convert(Tensor from, Tensor to) {
    elements.copy(from, to);
  }

  private static boolean isBfloat16(Tensor tensor) {
    return tensor.type() == ElementType.BFLOAT16;
  }

  /** Whether the matrix units multiply these. */
  private boolean multiplies(Tensor a, Tensor b) {
    return matrixUnits && (isBfloat16(a) || isBfloat16(b));
  }

  private Tensor factor(Tensor tensor) {
    return isBfloat16(tensor) ? tensor : weights.of(tensor);
  }

  @Override
  public void matmul(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    if (multiplies(a, b)) {
      products.matmul(factor(a), transposeA, factor(b), transposeB, out, accumulate);
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
    if (multiplies(a, b)) {
      products.batchedMatmul(
          factor(a), transposeA, factor(b), transposeB, out, accumulate, rowsUsed);
    } else {
      super.batchedMatmul(a, transposeA, b, transposeB, out, accumulate, rowsUsed);
    }
  }

  @Override
  public int[] attentionStateShape(AttentionPlan plan) {
    return CudaAttention.bfloat16StateShape(plan);
  }

  @Override
  public void add(Tensor from, Tensor to) {
    if (!elements.add(from, to)) {
      super.add(from, to);
    }
  }

  @Override
  public void scale(Tensor tensor, double factor) {
    if (!elements.scale(tensor, factor)) {
      super.scale(tensor, factor);
    }
  }

  @Override
  public void relu(Tensor x, Tensor out) {
    if (!elements.relu(x, out)) {
      super.relu(x, out);
    }
  }

  @Override
  public void reluBackward(Tensor y, Tensor dOut, Tensor dX) {
    if (!elements.reluBackward(y, dOut, dX)) {
      super.reluBackward(y, dOut, dX);
    }
  }

  @Override
  public void geglu(Tensor a, Tensor b, Tensor out) {
    if (!elements.geglu(a, b, out)) {
      super.geglu(a, b, out);
    }
  }

  @Override
  public void gegluBackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
    if (!elements.gegluBackward(a, b, dOut, dA, dB)) {
      super.gegluBackward(a, b, dOut, dA, dB);
    }
  }

  @Override
  public void dropout(Tensor x, double rate, RandomKey key, Tensor out) {
    if (!elements.dropout(x, rate, key, out)) {
      super.dropout(x, rate, key, out);
    }
  }

  @Override
  public void jitter(Tensor x, double epsilon, RandomKey key, Tensor out) {
    if (!elements.jitter(x, epsilon, key, out)) {
      super.jitter(x, epsilon, key, out);
    }
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor out, Tensor inverseRms) {
    if (!normalisation.rmsNorm(x, weight, epsilon, out, inverseRms)) {
      super.rmsNorm(x, weight, epsilon, out, inverseRms);
    }
  }

  @Override
  public void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    if (!normalisation.rmsNormBackward(dOut, x, weight, inverseRms, dX, dWeight)) {
      super.rmsNormBackward(dOut, x, weight, inverseRms, dX, dWeight);
    }
  }

  @Override
  public void embed(Tensor ids, Tensor table, Tensor out) {
    if (!embedding.embed(ids, table, out)) {
      super.embed(ids, table, out);
    }
  }

  @Override
  public void embedBackward(Tensor ids, Tensor dOut, Tensor dTable) {
    if (!embedding.embedBackward(ids, dOut, dTable)) {
      super.embedBackward(ids, dOut, dTable);
    }
  }

  @Override
  public void positionBias(Tensor table, Tensor bucket, Tensor out) {
    if (!embedding.positionBias(table, bucket, out)) {
      super.positionBias(table, bucket, out);
    }
  }

  @Override
  public void positionBiasBackward(Tensor bucket, Tensor dBias, Tensor dTable) {
    if (!embedding.positionBiasBackward(bucket, dBias, dTable)) {
      super.positionBiasBackward(bucket, dBias, dTable);
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
    CudaAttention.Operands in = new CudaAttention.Operands(q, k, v, bias, keyMask);
    CudaBackend.require(attention.attention(plan, in, out, state), "attention", q, k, v, out);
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
    boolean exact = dBias == null || !isBfloat16(dBias);
    Tensor sum = exact ? dBias : widened(dBias);
    CudaAttention.Operands in = new CudaAttention.Operands(q, k, v, bias, keyMask);
    CudaBackend.require(
        attention.attentionBackward(plan, in, out, state, dOut, dQ, dK, dV, sum),
        "attentionBackward",
        q,
        k,
        v,
        dOut);
    if (!exact) {
      elements.copy(sum, dBias);
    }
  }

  /** The bias is summed over all rows of the batch: that takes float32. */
  private Tensor widened(Tensor tensor) {
    scratch.reset();
    Tensor exact = scratch.take(ElementType.FLOAT32, tensor.shape());
    elements.copy(tensor, exact);
    return exact;
  }

  @Override
  public void softmax(Tensor logits, Tensor probabilities) {
    if (!normalisation.softmax(logits, probabilities)) {
      super.softmax(logits, probabilities);
    }
  }

  @Override
  public void addGumbel(Tensor logits, RandomKey key, Tensor out) {
    if (!elements.addGumbel(logits, key, out)) {
      super.addGumbel(logits, key, out);
    }
  }

  @Override
  public void addToRows(Tensor x, Tensor row, Tensor out) {
    if (!elements.addToRows(x, row, out)) {
      super.addToRows(x, row, out);
    }
  }

  @Override
  public void chooseExperts(
      RoutingPlan plan,
      Tensor scores,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability) {
    if (!routing.chooseExperts(plan, scores, probabilities, tokenMask, expert, probability)) {
      super.chooseExperts(plan, scores, probabilities, tokenMask, expert, probability);
    }
  }

  @Override
  public void normaliseGates(RoutingPlan plan, Tensor probability, Tensor gate) {
    if (!routing.normaliseGates(plan, probability, gate)) {
      super.normaliseGates(plan, probability, gate);
    }
  }

  @Override
  public void normaliseGatesBackward(
      RoutingPlan plan, Tensor probability, Tensor gate, Tensor dGate) {
    if (!routing.normaliseGatesBackward(plan, probability, gate, dGate)) {
      super.normaliseGatesBackward(plan, probability, gate, dGate);
    }
  }

  @Override
  public void askSecondByChance(
      RoutingPlan plan, Tensor gate, double threshold, RandomKey key, Tensor asks) {
    if (!routing.askSecondByChance(plan, gate, threshold, key, asks)) {
      super.askSecondByChance(plan, gate, threshold, key, asks);
    }
  }

  @Override
  public void expectedLoad(
      RoutingPlan plan, Tensor logits, int top, double noise, Tensor tokenMask, Tensor out) {
    if (!routing.expectedLoad(plan, logits, top, noise, tokenMask, out)) {
      super.expectedLoad(plan, logits, top, noise, tokenMask, out);
    }
  }

  @Override
  public void expectedLoadBackward(
      RoutingPlan plan,
      Tensor logits,
      int top,
      double noise,
      Tensor tokenMask,
      Tensor dLoad,
      Tensor dLogits) {
    if (!routing.expectedLoadBackward(plan, logits, top, noise, tokenMask, dLoad, dLogits)) {
      super.expectedLoadBackward(plan, logits, top, noise, tokenMask, dLoad, dLogits);
    }
  }

  @Override
  public void balanceGradient(RoutingPlan plan, Tensor factor, Tensor count, Tensor out) {
    if (!routing.balanceGradient(plan, factor, count, out)) {
      super.balanceGradient(plan, factor, count, out);
    }
  }

  @Override
  public void variationGradient(
      RoutingPlan plan, Tensor sums, double coefficient, Tensor out, boolean accumulate) {
    if (!routing.variationGradient(plan, sums, coefficient, out, accumulate)) {
      super.variationGradient(plan, sums, coefficient, out, accumulate);
    }
  }

  @Override
  public void sumProbabilities(
      RoutingPlan plan, Tensor probabilities, Tensor tokenMask, Tensor out) {
    if (!routing.sumProbabilities(plan, probabilities, tokenMask, out)) {
      super.sumProbabilities(plan, probabilities, tokenMask, out);
    }
  }

  @Override
  public void routerFigures(Tensor logits, Tensor probabilities, Tensor tokenMask, Tensor out) {
    if (!routing.routerFigures(logits, probabilities, tokenMask, out)) {
      super.routerFigures(logits, probabilities, tokenMask, out);
    }
  }

  @Override
  public void routerBackward(
      RoutingPlan plan,
      Tensor logits,
      Tensor probabilities,
      Tensor expert,
      Tensor dProbability,
      Tensor slope,
      Tensor tokenMask,
      double zLoss,
      Tensor dLogits) {
    if (!routing.routerBackward(
        plan, logits, probabilities, expert, dProbability, slope, tokenMask, zLoss, dLogits)) {
      super.routerBackward(
          plan, logits, probabilities, expert, dProbability, slope, tokenMask, zLoss, dLogits);
    }
  }

  @Override
  public void dispatch(Tensor x, Tensor slotChoice, int choices, Tensor out) {
    if (!slots.dispatch(x, slotChoice, choices, out)) {
      super.dispatch(x, slotChoice, choices, out);
    }
  }

  @Override
  public void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    if (!slots.dispatchBackward(dDispatched, slot, dX)) {
      super.dispatchBackward(dDispatched, slot, dX);
    }
  }

  @Override
  public void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    if (!slots.combine(expertOut, slot, gate, out)) {
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
    if (!slots.combineBackward(dOut, expertOut, slot, slotChoice, gate, dExpertOut, dGate)) {
      super.combineBackward(dOut, expertOut, slot, slotChoice, gate, dExpertOut, dGate);
    }
  }

  @Override
  public void crossEntropy(Tensor logits, Tensor labels, Tensor lossOfRows, Tensor logSumExp) {
    if (!loss.crossEntropy(logits, labels, lossOfRows, logSumExp)) {
      super.crossEntropy(logits, labels, lossOfRows, logSumExp);
    }
  }

  @Override
  public void crossEntropyBackward(
      Tensor logits, Tensor labels, Tensor logSumExp, double scale, double zLoss, Tensor dLogits) {
    if (!loss.crossEntropyBackward(logits, labels, logSumExp, scale, zLoss, dLogits)) {
      super.crossEntropyBackward(logits, labels, logSumExp, scale, zLoss, dLogits);
    }
  }

  @Override
  public void softCrossEntropy(
      Tensor logits, Tensor targets, Tensor labels, Tensor lossOfRows, Tensor logSumExp) {
    if (!loss.softCrossEntropy(logits, targets, labels, lossOfRows, logSumExp)) {
      super.softCrossEntropy(logits, targets, labels, lossOfRows, logSumExp);
    }
  }

  @Override
  public void softCrossEntropyBackward(
      Tensor logits,
      Tensor targets,
      Tensor labels,
      Tensor logSumExp,
      double scale,
      Tensor dLogits) {
    if (!loss.softCrossEntropyBackward(logits, targets, labels, logSumExp, scale, dLogits)) {
      super.softCrossEntropyBackward(logits, targets, labels, logSumExp, scale, dLogits);
    }
  }

  @Override
  public double sum(Tensor tensor) {
    return sums.sum(tensor);
  }

  @Override
  public double sumOfSquares(Tensor tensor) {
    return sums.sumOfSquares(tensor);
  }

  @Override
  public double sumOfSquares(List<Tensor> tensors) {
    return sums.sumOfSquares(tensors);
  }

  @Override
  public boolean allFinite(Tensor tensor) {
    return sums.allFinite(tensor);
  }

  @Override
  public void close() {
    scratch.close();
    weights.close();
    super.close();
  }
}
