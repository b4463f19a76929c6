package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.AdafactorStep;
import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.HostCopy;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The portable backend: ND4J's operations only, on whatever device ND4J runs. It is the yardstick
 * for the faster ones. In double precision it serves gradient checks.
 */
public final class Nd4jBackend implements Backend {
  private final ElementType type;
  // What an operation needs for itself; every operation starts with all of it.
  private final Arena scratch;
  private final Nd4jProducts products;
  private final Nd4jElementwise elementwise;
  private final Nd4jNormalisation normalisation;
  private final Nd4jRows rows;
  private final Nd4jPositionBias positionBias;
  private final Nd4jAttention attention;
  private final Nd4jRouting routing;
  private final Nd4jChoices choices;
  private final Nd4jPlaces places;
  private final Nd4jRouterLosses routerLosses;
  private final Nd4jLoss crossEntropy;
  private final Nd4jFigures figures;
  private final Nd4jUpdates updates;

  /**
   * Starts ND4J if it has not been started.
   *
   * @param type of real tensors: FLOAT32 or FLOAT64
   */
  public Nd4jBackend(ElementType type) {
    if (!type.isFloat()) {
      throw new IllegalArgumentException("A backend computes in real numbers, not in " + type);
    }
    Nd4jRuntime.start();
    this.type = type;
    scratch = arena();
    products = new Nd4jProducts(type);
    elementwise = new Nd4jElementwise(type, scratch);
    normalisation = new Nd4jNormalisation(type, scratch);
    rows = new Nd4jRows(type, scratch);
    positionBias = new Nd4jPositionBias(type);
    attention = new Nd4jAttention(type, scratch);
    routing = new Nd4jRouting(type);
    choices = new Nd4jChoices(type);
    places = new Nd4jPlaces(type);
    routerLosses = new Nd4jRouterLosses(type);
    crossEntropy = new Nd4jLoss(type, scratch);
    figures = new Nd4jFigures(scratch);
    updates = new Nd4jUpdates(type, scratch, figures);
  }

  @Override
  public String name() {
    return "nd4j";
  }

  @Override
  public String description() {
    return Nd4jRuntime.description() + ", " + type;
  }

  @Override
  public String productKernels() {
    return Nd4jRuntime.productKernels();
  }

  @Override
  public ElementType floatType() {
    return type;
  }

  // ---- memory ----

  @Override
  public Tensor allocate(ElementType elementType, int... shape) {
    return new Tensor(new Nd4jStorage(elementType, Tensor.sizeOf(shape)), 0, shape);
  }

  @Override
  public Arena arena() {
    return new Arena(type, Nd4jStorage::new);
  }

  /** Where collectives find it; through ND4J's CUDA build they can't reach a GPU's memory. */
  @Override
  public MemorySegment memory(Tensor tensor) {
    if (Nd4jRuntime.usesGpu()) {
      throw new UnsupportedOperationException(
          "Several devices can't exchange through ND4J's CUDA build.");
    }
    return HostWindow.of(tensor).segment();
  }

  @Override
  public void read(Tensor from, MemorySegment to) {
    checkBytes("read", from, to);
    HostCopy.copy(HostWindow.of(from).segment(), 0, to, 0, to.byteSize());
  }

  @Override
  public void write(Tensor to, MemorySegment from) {
    checkBytes("write", to, from);
    HostWindow window = HostWindow.of(to);
    HostCopy.copy(from, 0, window.segment(), 0, from.byteSize());
    window.publish();
  }

  private static void checkBytes(String operation, Tensor tensor, MemorySegment segment) {
    long bytes = tensor.size() * tensor.type().bytes();
    if (segment.byteSize() != bytes) {
      throw new IllegalArgumentException(
          operation
              + " of "
              + tensor
              + " needs "
              + bytes
              + " bytes, but got "
              + segment.byteSize());
    }
  }

  @Override
  public void zero(Tensor tensor) {
    Views.flat(tensor).assign(0);
  }

  @Override
  public void copy(Tensor from, Tensor to) {
    Shapes.of("copy").types(from.type(), to).sameSize(from, to);
    Views.flat(to).assign(Views.flat(from));
  }

  // ---- operations: each kind has its class ----

  @Override
  public void matmul(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    scratch.reset();
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
    scratch.reset();
    products.batchedMatmul(a, transposeA, b, transposeB, out, accumulate, rowsUsed);
  }

  @Override
  public void add(Tensor from, Tensor to) {
    scratch.reset();
    elementwise.add(from, to);
  }

  @Override
  public void scale(Tensor tensor, double factor) {
    scratch.reset();
    elementwise.scale(tensor, factor);
  }

  @Override
  public void relu(Tensor x, Tensor out) {
    scratch.reset();
    elementwise.relu(x, out);
  }

  @Override
  public void reluBackward(Tensor y, Tensor dOut, Tensor dX) {
    scratch.reset();
    elementwise.reluBackward(y, dOut, dX);
  }

  @Override
  public void geglu(Tensor a, Tensor b, Tensor out) {
    scratch.reset();
    elementwise.geglu(a, b, out);
  }

  @Override
  public void gegluBackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
    scratch.reset();
    elementwise.gegluBackward(a, b, dOut, dA, dB);
  }

  @Override
  public void dropout(Tensor x, double rate, RandomKey key, Tensor out) {
    scratch.reset();
    elementwise.dropout(x, rate, key, out);
  }

  @Override
  public void jitter(Tensor x, double epsilon, RandomKey key, Tensor out) {
    scratch.reset();
    elementwise.jitter(x, epsilon, key, out);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor out, Tensor inverseRms) {
    scratch.reset();
    normalisation.rmsNorm(x, weight, epsilon, out, inverseRms);
  }

  @Override
  public void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    scratch.reset();
    normalisation.rmsNormBackward(dOut, x, weight, inverseRms, dX, dWeight);
  }

  @Override
  public void embed(Tensor ids, Tensor table, Tensor out) {
    scratch.reset();
    rows.embed(ids, table, out);
  }

  @Override
  public void embedBackward(Tensor ids, Tensor dOut, Tensor dTable) {
    scratch.reset();
    rows.embedBackward(ids, dOut, dTable);
  }

  @Override
  public void positionBias(Tensor table, Tensor bucket, Tensor out) {
    scratch.reset();
    positionBias.forward(table, bucket, out);
  }

  @Override
  public void positionBiasBackward(Tensor bucket, Tensor dBias, Tensor dTable) {
    scratch.reset();
    positionBias.backward(bucket, dBias, dTable);
  }

  @Override
  public int[] attentionStateShape(AttentionPlan plan) {
    return Nd4jAttention.stateShape(plan);
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
    scratch.reset();
    attention.forward(plan, q, k, v, bias, keyMask, out, state);
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
    scratch.reset();
    attention.backward(plan, q, k, v, bias, keyMask, out, state, dOut, dQ, dK, dV, dBias);
  }

  @Override
  public void softmax(Tensor logits, Tensor probabilities) {
    scratch.reset();
    normalisation.softmax(logits, probabilities);
  }

  @Override
  public void addGumbel(Tensor logits, RandomKey key, Tensor out) {
    scratch.reset();
    choices.addGumbel(logits, key, out);
  }

  @Override
  public void addToRows(Tensor x, Tensor row, Tensor out) {
    scratch.reset();
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
    scratch.reset();
    choices.chooseExperts(plan, scores, probabilities, tokenMask, expert, probability);
  }

  @Override
  public void normaliseGates(RoutingPlan plan, Tensor probability, Tensor gate) {
    scratch.reset();
    choices.normaliseGates(plan, probability, gate);
  }

  @Override
  public void normaliseGatesBackward(
      RoutingPlan plan, Tensor probability, Tensor gate, Tensor dGate) {
    scratch.reset();
    choices.normaliseGatesBackward(plan, probability, gate, dGate);
  }

  @Override
  public void askSecondByChance(
      RoutingPlan plan, Tensor gate, double threshold, RandomKey key, Tensor asks) {
    scratch.reset();
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
    scratch.reset();
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
    scratch.reset();
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
    scratch.reset();
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
    scratch.reset();
    choices.countChoices(plan, expert, first, count);
  }

  @Override
  public void expectedLoad(
      RoutingPlan plan, Tensor logits, int top, double noise, Tensor tokenMask, Tensor out) {
    scratch.reset();
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
    scratch.reset();
    routerLosses.expectedLoadBackward(plan, logits, top, noise, tokenMask, dLoad, dLogits);
  }

  @Override
  public void balanceGradient(RoutingPlan plan, Tensor factor, Tensor count, Tensor out) {
    scratch.reset();
    routerLosses.balanceGradient(plan, factor, count, out);
  }

  @Override
  public void variationGradient(
      RoutingPlan plan, Tensor sums, double coefficient, Tensor out, boolean accumulate) {
    scratch.reset();
    routerLosses.variationGradient(plan, sums, coefficient, out, accumulate);
  }

  @Override
  public void sumProbabilities(
      RoutingPlan plan, Tensor probabilities, Tensor tokenMask, Tensor out) {
    scratch.reset();
    routing.sumProbabilities(plan, probabilities, tokenMask, out);
  }

  @Override
  public void routerFigures(Tensor logits, Tensor probabilities, Tensor tokenMask, Tensor out) {
    scratch.reset();
    routing.figures(logits, probabilities, tokenMask, out);
  }

  @Override
  public void dispatch(Tensor x, Tensor slotChoice, int choicesOfToken, Tensor out) {
    scratch.reset();
    rows.dispatch(x, slotChoice, choicesOfToken, out);
  }

  @Override
  public void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    scratch.reset();
    rows.dispatchBackward(dDispatched, slot, dX);
  }

  @Override
  public void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    scratch.reset();
    rows.combine(expertOut, slot, gate, out);
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
    scratch.reset();
    rows.combineBackward(dOut, expertOut, slot, slotChoice, gate, dExpertOut, dGate);
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
    scratch.reset();
    routing.routerBackward(
        plan, logits, probabilities, expert, dProbability, slope, tokenMask, zLoss, dLogits);
  }

  @Override
  public void crossEntropy(Tensor logits, Tensor labels, Tensor loss, Tensor logSumExp) {
    scratch.reset();
    crossEntropy.forward(logits, labels, loss, logSumExp);
  }

  @Override
  public void crossEntropyBackward(
      Tensor logits, Tensor labels, Tensor logSumExp, double scale, double zLoss, Tensor dLogits) {
    scratch.reset();
    crossEntropy.backward(logits, labels, logSumExp, scale, zLoss, dLogits);
  }

  @Override
  public void softCrossEntropy(
      Tensor logits, Tensor targets, Tensor labels, Tensor loss, Tensor logSumExp) {
    scratch.reset();
    crossEntropy.softForward(logits, targets, labels, loss, logSumExp);
  }

  @Override
  public void softCrossEntropyBackward(
      Tensor logits,
      Tensor targets,
      Tensor labels,
      Tensor logSumExp,
      double scale,
      Tensor dLogits) {
    scratch.reset();
    crossEntropy.softBackward(logits, targets, labels, logSumExp, scale, dLogits);
  }

  @Override
  public double sum(Tensor tensor) {
    scratch.reset();
    return figures.sum(tensor);
  }

  @Override
  public double sumOfSquares(Tensor tensor) {
    scratch.reset();
    return figures.sumOfSquares(tensor);
  }

  @Override
  public boolean allFinite(Tensor tensor) {
    scratch.reset();
    return figures.allFinite(tensor);
  }

  @Override
  public void adamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    scratch.reset();
    updates.adamW(parameter, gradient, m, v, step);
  }

  @Override
  public void adafactor(
      Tensor parameter, Tensor gradient, Tensor rows, Tensor columns, AdafactorStep step) {
    scratch.reset();
    updates.adafactor(parameter, gradient, rows, columns, step);
  }

  @Override
  public void adafactor(
      Tensor parameter, Tensor gradient, Tensor secondMoment, AdafactorStep step) {
    scratch.reset();
    updates.adafactor(parameter, gradient, secondMoment, step);
  }

  @Override
  public void synchronize() {
    Nd4j.getExecutioner().commit();
  }

  @Override
  public void close() {
    scratch.close();
  }
}
