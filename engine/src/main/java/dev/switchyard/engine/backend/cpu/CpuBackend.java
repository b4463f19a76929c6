package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.AdafactorStep;
import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Bfloat16Backend;
import dev.switchyard.engine.backend.HostCopy;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * The fast backend on the processor, in single precision: OpenBLAS for products, Java's vectors for
 * everything else, one set of threads for both. Results do not depend on which thread does what, so
 * the same calls give the same bits. Calls return when their work is done.
 */
public final class CpuBackend implements Backend {
  private final CpuThreads threads;
  private final CpuScratch scratch;
  private final CpuProducts products;
  private final CpuElements elements;
  private final CpuGatedUnits gatedUnits;
  private final CpuNormalisation normalisation;
  private final CpuEmbedding embedding;
  private final CpuAttention attention;
  private final CpuRouting routing;
  private final CpuChoices choices;
  private final CpuPlaces places;
  private final CpuRouterLosses routerLosses;
  private final CpuSlots slots;
  private final CpuLoss loss;
  private final CpuSums sums;
  private final CpuAdamW adamW;
  private final CpuAdafactor adafactor;

  /** A backend that uses all of the machine's processors. */
  public CpuBackend() {
    this(Runtime.getRuntime().availableProcessors());
  }

  /**
   * A backend with its own threads.
   *
   * @param threadCount how many threads work, the caller's included; at least 1
   */
  public CpuBackend(int threadCount) {
    if (threadCount < 1) {
      throw new IllegalArgumentException("A backend needs at least 1 thread, not " + threadCount);
    }
    OpenBlas.useOneThread();
    threads = new CpuThreads(threadCount);
    scratch = new CpuScratch(threadCount);
    products = new CpuProducts(threads);
    elements = new CpuElements(threads);
    gatedUnits = new CpuGatedUnits(threads);
    normalisation = new CpuNormalisation(threads, scratch);
    embedding = new CpuEmbedding(threads, scratch);
    attention = new CpuAttention(threads, scratch);
    routing = new CpuRouting(threads, scratch);
    choices = new CpuChoices(threads);
    places = new CpuPlaces(threads);
    routerLosses = new CpuRouterLosses(threads);
    slots = new CpuSlots(threads);
    loss = new CpuLoss(threads);
    sums = new CpuSums(threads, scratch);
    adamW = new CpuAdamW(threads);
    adafactor = new CpuAdafactor(threads, scratch);
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public String description() {
    int count = threads.count();
    return "cpu: %d %s, %s, %s"
        .formatted(count, count == 1 ? "thread" : "threads", Lanes.name(), productKernels());
  }

  @Override
  public String productKernels() {
    return "OpenBLAS " + OpenBlas.kernels();
  }

  @Override
  public ElementType floatType() {
    return ElementType.FLOAT32;
  }

  /** With products of bfloat16 by the processor's own instructions, where it has them. */
  @Override
  public Bfloat16Backend withBfloat16() {
    return withBfloat16(CpuBfloat16Backend.kernels(threads.count()));
  }

  /** With these kernels for products; closed with what is returned. */
  Bfloat16Backend withBfloat16(BlockKernel.Source kernels) {
    return new CpuBfloat16Backend(this, threads, scratch, kernels);
  }

  @Override
  public Tensor allocate(ElementType type, int... shape) {
    return new Tensor(block(type, Math.max(1, Tensor.sizeOf(shape))), 0, shape);
  }

  @Override
  public Arena arena() {
    return new Arena(ElementType.FLOAT32, CpuBackend::block);
  }

  private static CpuStorage block(ElementType type, long size) {
    if (type == ElementType.FLOAT64) {
      throw new IllegalArgumentException(
          "The cpu backend computes in single precision; for double precision use nd4j.");
    }
    return new CpuStorage(type, size);
  }

  @Override
  public MemorySegment memory(Tensor tensor) {
    return OffHeap.ALL.asSlice(Operands.address(tensor), tensor.size() * tensor.type().bytes());
  }

  @Override
  public void read(Tensor from, MemorySegment to) {
    long bytes = from.size() * from.type().bytes();
    refuseOtherSize(from, bytes, to);
    HostCopy.copy(OffHeap.ALL, Operands.address(from), to, 0, bytes);
  }

  @Override
  public void write(Tensor to, MemorySegment from) {
    long bytes = to.size() * to.type().bytes();
    refuseOtherSize(to, bytes, from);
    HostCopy.copy(from, 0, OffHeap.ALL, Operands.address(to), bytes);
  }

  private static void refuseOtherSize(Tensor tensor, long bytes, MemorySegment outside) {
    if (outside.byteSize() != bytes) {
      throw new IllegalArgumentException(
          tensor + " has " + bytes + " bytes, but the other side has " + outside.byteSize());
    }
  }

  @Override
  public void zero(Tensor tensor) {
    elements.zero(tensor);
  }

  @Override
  public void copy(Tensor from, Tensor to) {
    elements.copy(from, to);
  }

  @Override
  public void matmul(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    products.matmul(a, transposeA, b, transposeB, out, accumulate);
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
    products.batchedMatmul(a, transposeA, b, transposeB, out, accumulate, rowsUsed);
  }

  @Override
  public void add(Tensor from, Tensor to) {
    elements.add(from, to);
  }

  @Override
  public void scale(Tensor tensor, double factor) {
    elements.scale(tensor, factor);
  }

  @Override
  public void relu(Tensor x, Tensor out) {
    elements.relu(x, out);
  }

  @Override
  public void reluBackward(Tensor y, Tensor dOut, Tensor dX) {
    elements.reluBackward(y, dOut, dX);
  }

  @Override
  public void geglu(Tensor a, Tensor b, Tensor out) {
    gatedUnits.geglu(a, b, out);
  }

  @Override
  public void gegluBackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
    gatedUnits.gegluBackward(a, b, dOut, dA, dB);
  }

  @Override
  public void dropout(Tensor x, double rate, RandomKey key, Tensor out) {
    elements.dropout(x, rate, key, out);
  }

  @Override
  public void jitter(Tensor x, double epsilon, RandomKey key, Tensor out) {
    elements.jitter(x, epsilon, key, out);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor out, Tensor inverseRms) {
    normalisation.rmsNorm(x, weight, epsilon, out, inverseRms);
  }

  @Override
  public void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    normalisation.rmsNormBackward(dOut, x, weight, inverseRms, dX, dWeight);
  }

  @Override
  public void embed(Tensor ids, Tensor table, Tensor out) {
    embedding.embed(ids, table, out);
  }

  @Override
  public void embedBackward(Tensor ids, Tensor dOut, Tensor dTable) {
    embedding.embedBackward(ids, dOut, dTable);
  }

  @Override
  public void positionBias(Tensor table, Tensor bucket, Tensor out) {
    embedding.positionBias(table, bucket, out);
  }

  @Override
  public void positionBiasBackward(Tensor bucket, Tensor dBias, Tensor dTable) {
    embedding.positionBiasBackward(bucket, dBias, dTable);
  }

  @Override
  public int[] attentionStateShape(AttentionPlan plan) {
    return CpuAttention.stateShape(plan);
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
    attention.attention(plan, q, k, v, bias, keyMask, out, state);
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
    attention.attentionBackward(plan, q, k, v, bias, keyMask, out, state, dOut, dQ, dK, dV, dBias);
  }

  @Override
  public void softmax(Tensor logits, Tensor probabilities) {
    routing.softmax(logits, probabilities);
  }

  @Override
  public void addGumbel(Tensor logits, RandomKey key, Tensor out) {
    choices.addGumbel(logits, key, out);
  }

  @Override
  public void addToRows(Tensor x, Tensor row, Tensor out) {
    choices.addToRows(x, row, out);
  }

  @Override
  public void chooseExperts(
      RoutingPlan plan,
      Tensor scores,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability) {
    choices.chooseExperts(plan, scores, probabilities, tokenMask, expert, probability);
  }

  @Override
  public void normaliseGates(RoutingPlan plan, Tensor probability, Tensor gate) {
    choices.normaliseGates(plan, probability, gate);
  }

  @Override
  public void normaliseGatesBackward(
      RoutingPlan plan, Tensor probability, Tensor gate, Tensor dGate) {
    choices.normaliseGatesBackward(plan, probability, gate, dGate);
  }

  @Override
  public void askSecondByChance(
      RoutingPlan plan, Tensor gate, double threshold, RandomKey key, Tensor asks) {
    choices.askSecondByChance(plan, gate, threshold, key, asks);
  }

  @Override
  public void takePlaces(
      RoutingPlan plan,
      Tensor expert,
      Tensor asks,
      Tensor priority,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    places.takePlaces(plan, expert, asks, priority, position, slot, slotChoice, asked, dropped);
  }

  @Override
  public void takePlacesUntilServed(
      RoutingPlan plan,
      Tensor expert,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    places.takePlacesUntilServed(plan, expert, position, slot, slotChoice, asked, dropped);
  }

  @Override
  public void chooseTokens(
      RoutingPlan plan,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    places.chooseTokens(
        plan,
        probabilities,
        tokenMask,
        expert,
        probability,
        position,
        slot,
        slotChoice,
        asked,
        dropped);
  }

  @Override
  public void countChoices(RoutingPlan plan, Tensor expert, int first, Tensor count) {
    choices.countChoices(plan, expert, first, count);
  }

  @Override
  public void expectedLoad(
      RoutingPlan plan, Tensor logits, int top, double noise, Tensor tokenMask, Tensor out) {
    routerLosses.expectedLoad(plan, logits, top, noise, tokenMask, out);
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
    routerLosses.expectedLoadBackward(plan, logits, top, noise, tokenMask, dLoad, dLogits);
  }

  @Override
  public void balanceGradient(RoutingPlan plan, Tensor factor, Tensor count, Tensor out) {
    routerLosses.balanceGradient(plan, factor, count, out);
  }

  @Override
  public void variationGradient(
      RoutingPlan plan, Tensor sums, double coefficient, Tensor out, boolean accumulate) {
    routerLosses.variationGradient(plan, sums, coefficient, out, accumulate);
  }

  @Override
  public void sumProbabilities(
      RoutingPlan plan, Tensor probabilities, Tensor tokenMask, Tensor out) {
    routing.sumProbabilities(plan, probabilities, tokenMask, out);
  }

  @Override
  public void routerFigures(Tensor logits, Tensor probabilities, Tensor tokenMask, Tensor out) {
    routing.routerFigures(logits, probabilities, tokenMask, out);
  }

  @Override
  public void packSlots(RoutingPlan plan, Tensor slot, Tensor slotChoice, Tensor used) {
    slots.packSlots(plan, slot, slotChoice, used);
  }

  @Override
  public void dispatch(Tensor x, Tensor slotChoice, int choicesOfToken, Tensor out) {
    slots.dispatch(x, slotChoice, choicesOfToken, out);
  }

  @Override
  public void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    slots.dispatchBackward(dDispatched, slot, dX);
  }

  @Override
  public void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    slots.combine(expertOut, slot, gate, out);
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
    slots.combineBackward(dOut, expertOut, slot, slotChoice, gate, dExpertOut, dGate);
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
    routing.routerBackward(
        plan, logits, probabilities, expert, dProbability, slope, tokenMask, zLoss, dLogits);
  }

  @Override
  public void crossEntropy(Tensor logits, Tensor labels, Tensor lossOfRows, Tensor logSumExp) {
    loss.crossEntropy(logits, labels, lossOfRows, logSumExp);
  }

  @Override
  public void crossEntropyBackward(
      Tensor logits, Tensor labels, Tensor logSumExp, double scale, double zLoss, Tensor dLogits) {
    loss.crossEntropyBackward(logits, labels, logSumExp, scale, zLoss, dLogits);
  }

  @Override
  public void softCrossEntropy(
      Tensor logits, Tensor targets, Tensor labels, Tensor lossOfRows, Tensor logSumExp) {
    loss.softCrossEntropy(logits, targets, labels, lossOfRows, logSumExp);
  }

  @Override
  public void softCrossEntropyBackward(
      Tensor logits,
      Tensor targets,
      Tensor labels,
      Tensor logSumExp,
      double scale,
      Tensor dLogits) {
    loss.softCrossEntropyBackward(logits, targets, labels, logSumExp, scale, dLogits);
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
  public boolean allFinite(Tensor tensor) {
    return sums.allFinite(tensor);
  }

  @Override
  public void adamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    adamW.update(parameter, gradient, m, v, step);
  }

  @Override
  public void adafactor(
      Tensor parameter, Tensor gradient, Tensor rows, Tensor columns, AdafactorStep step) {
    adafactor.update(parameter, gradient, rows, columns, step);
  }

  @Override
  public void adafactor(
      Tensor parameter, Tensor gradient, Tensor secondMoment, AdafactorStep step) {
    adafactor.update(parameter, gradient, secondMoment, step);
  }

  /** Nothing to wait for: calls return when their work is done. */
  @Override
  public void synchronize() {}

  @Override
  public void close() {
    threads.close();
    scratch.close();
  }
}
