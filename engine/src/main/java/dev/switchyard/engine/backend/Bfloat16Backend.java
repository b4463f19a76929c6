package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Storage;
import dev.switchyard.engine.tensor.Tensor;
import dev.switchyard.engine.tensor.Transport;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A device whose activations are bfloat16. The type of each tensor says how it is treated, so that
 * one rule covers every operation, and no operation has a switch:
 *
 * <ul>
 *   <li>An operation reads BFLOAT16 tensors exactly, computes in float32 (sums of products too),
 *       and rounds each number once, when it writes it into a BFLOAT16 tensor: to the nearest, ties
 *       to even. What it writes into a FLOAT32 tensor is not rounded; so gradients of weights,
 *       which are added to FLOAT32 tensors, keep what bfloat16 would lose.
 *   <li>Where a product (or {@link #rmsNorm}) has a BFLOAT16 operand, a FLOAT32 one beside it (a
 *       weight) is rounded for it: both factors of each multiplication are bfloat16. The weight in
 *       memory stays as it is.
 *   <li>An operation all of whose tensors are FLOAT32 is that of the device below.
 *   <li>In attention, scores, bias, mask and softmax are float32; the probabilities are rounded
 *       before they weigh the values, again after dropout, and the scores' gradient before it is
 *       multiplied with queries and keys. {@link #attention}'s state is the rounded probabilities.
 * </ul>
 *
 * <p>This class keeps the rule on any device whose real tensors are FLOAT32 by computing on widened
 * copies: the yardstick, not the fast way. A device with products of its own for bfloat16 overrides
 * operations here; then sums may be added in another order, and subnormal numbers may count as 0.
 */
public class Bfloat16Backend implements Backend {
  private static final int BLOCK_ROW = 1024;

  /** The device below. */
  protected final Backend device;

  private final Arena scratch;
  private final EmulatedAttention attention;
  private final List<Pending> pending = new ArrayList<>();

  /** A result that was computed in float32 and has to be rounded into its tensor. */
  private record Pending(Tensor computed, Tensor result) {}

  /**
   * Bfloat16 on a device, which stays open when this is closed.
   *
   * @throws IllegalStateException if real tensors there are not FLOAT32
   */
  protected Bfloat16Backend(Backend device) {
    if (device.floatType() != ElementType.FLOAT32) {
      throw new IllegalStateException(
          "bfloat16 rounds what was computed in FLOAT32, but the backend %s computes in %s."
              .formatted(device.name(), device.floatType()));
    }
    this.device = device;
    this.scratch = device.arena();
    this.attention = new EmulatedAttention(device, scratch);
  }

  // ---- operands and results ----

  /** Converts between FLOAT32 and BFLOAT16 tensors of one size. */
  protected void convert(Tensor from, Tensor to) {
    device.write(to, device.floats(from));
  }

  private void begin() {
    scratch.reset();
    pending.clear();
  }

  private void end() {
    for (Pending each : pending) {
      convert(each.computed(), each.result());
    }
    pending.clear();
  }

  private static boolean isBfloat16(Tensor tensor) {
    return tensor != null && tensor.type() == ElementType.BFLOAT16;
  }

  /** An operand as the device takes it. */
  private Tensor in(Tensor tensor) {
    if (!isBfloat16(tensor)) {
      return tensor;
    }
    Tensor widened = scratch.take(tensor.shape());
    convert(tensor, widened);
    return widened;
  }

  /** An operand beside {@code other}, rounded if that is bfloat16. */
  private Tensor factor(Tensor tensor, Tensor other) {
    if (isBfloat16(tensor) || !isBfloat16(other)) {
      return in(tensor);
    }
    Tensor rounded = scratch.take(ElementType.BFLOAT16, tensor.shape());
    convert(tensor, rounded);
    return in(rounded);
  }

  /** Where the device writes a result. */
  private Tensor out(Tensor tensor) {
    if (!isBfloat16(tensor)) {
      return tensor;
    }
    Tensor computed = scratch.take(tensor.shape());
    pending.add(new Pending(computed, tensor));
    return computed;
  }

  /** Where the device changes what is there. */
  private Tensor inOut(Tensor tensor) {
    if (!isBfloat16(tensor)) {
      return tensor;
    }
    Tensor computed = in(tensor);
    pending.add(new Pending(computed, tensor));
    return computed;
  }

  private Tensor out(Tensor tensor, boolean accumulate) {
    return accumulate ? inOut(tensor) : out(tensor);
  }

  // ---- the device and its memory ----

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public String description() {
    return device.description() + ", bfloat16 emulated";
  }

  @Override
  public String productKernels() {
    return device.productKernels();
  }

  /** BFLOAT16: the type of activations. */
  @Override
  public ElementType floatType() {
    return ElementType.BFLOAT16;
  }

  @Override
  public Tensor allocate(ElementType type, int... shape) {
    return device.allocate(type, shape);
  }

  @Override
  public Arena arena() {
    return new Arena(ElementType.BFLOAT16, this::block);
  }

  private Storage block(ElementType type, long elements) {
    // Two axes: one would end at 2^31 elements.
    int rows = Math.toIntExact(Math.ceilDiv(elements, (long) BLOCK_ROW));
    return device.allocate(type, rows, BLOCK_ROW).storage();
  }

  @Override
  public MemorySegment memory(Tensor tensor) {
    return device.memory(tensor);
  }

  @Override
  public Transport transport() {
    return device.transport();
  }

  @Override
  public void read(Tensor from, MemorySegment to) {
    device.read(from, to);
  }

  @Override
  public Reading readLater(List<Tensor> tensors) {
    return device.readLater(tensors);
  }

  @Override
  public void write(Tensor to, MemorySegment from) {
    device.write(to, from);
  }

  @Override
  public void zero(Tensor tensor) {
    device.zero(tensor);
  }

  /** Copies elements; between FLOAT32 and BFLOAT16 it rounds or widens them. */
  @Override
  public void copy(Tensor from, Tensor to) {
    if (from.type() == to.type()) {
      device.copy(from, to);
    } else {
      Shapes.of("copy").sameSize(from, to);
      convert(from, to);
    }
  }

  // ---- operations ----

  @Override
  public void matmul(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    begin();
    device.matmul(
        factor(a, b), transposeA, factor(b, a), transposeB, out(out, accumulate), accumulate);
    end();
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
    begin();
    device.batchedMatmul(
        factor(a, b),
        transposeA,
        factor(b, a),
        transposeB,
        out(out, accumulate),
        accumulate,
        rowsUsed);
    end();
  }

  @Override
  public void add(Tensor from, Tensor to) {
    begin();
    device.add(in(from), inOut(to));
    end();
  }

  @Override
  public void scale(Tensor tensor, double factor) {
    begin();
    device.scale(inOut(tensor), factor);
    end();
  }

  @Override
  public void relu(Tensor x, Tensor out) {
    begin();
    device.relu(in(x), out(out));
    end();
  }

  @Override
  public void reluBackward(Tensor y, Tensor dOut, Tensor dX) {
    begin();
    device.reluBackward(in(y), in(dOut), out(dX));
    end();
  }

  @Override
  public void geglu(Tensor a, Tensor b, Tensor out) {
    begin();
    device.geglu(in(a), in(b), out(out));
    end();
  }

  @Override
  public void gegluBackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
    begin();
    device.gegluBackward(in(a), in(b), in(dOut), out(dA), out(dB));
    end();
  }

  @Override
  public void dropout(Tensor x, double rate, RandomKey key, Tensor out) {
    begin();
    device.dropout(in(x), rate, key, out(out));
    end();
  }

  @Override
  public void jitter(Tensor x, double epsilon, RandomKey key, Tensor out) {
    begin();
    device.jitter(in(x), epsilon, key, out(out));
    end();
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor out, Tensor inverseRms) {
    begin();
    device.rmsNorm(in(x), factor(weight, x), epsilon, out(out), out(inverseRms));
    end();
  }

  @Override
  public void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    begin();
    device.rmsNormBackward(
        in(dOut), in(x), factor(weight, x), in(inverseRms), inOut(dX), inOut(dWeight));
    end();
  }

  @Override
  public void embed(Tensor ids, Tensor table, Tensor out) {
    begin();
    device.embed(ids, in(table), out(out));
    end();
  }

  @Override
  public void embedBackward(Tensor ids, Tensor dOut, Tensor dTable) {
    begin();
    device.embedBackward(ids, in(dOut), inOut(dTable));
    end();
  }

  @Override
  public void positionBias(Tensor table, Tensor bucket, Tensor out) {
    begin();
    device.positionBias(in(table), bucket, out(out));
    end();
  }

  @Override
  public void positionBiasBackward(Tensor bucket, Tensor dBias, Tensor dTable) {
    begin();
    device.positionBiasBackward(bucket, in(dBias), inOut(dTable));
    end();
  }

  /** The probabilities, [B, H, Lq, Lk]. */
  @Override
  public int[] attentionStateShape(AttentionPlan plan) {
    return new int[] {plan.batch(), plan.heads(), plan.queryLength(), plan.keyLength()};
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
    if (!isBfloat16(q)) {
      device.attention(plan, q, k, v, bias, keyMask, out, state);
      return;
    }
    begin();
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
    if (!isBfloat16(q)) {
      device.attentionBackward(plan, q, k, v, bias, keyMask, out, state, dOut, dQ, dK, dV, dBias);
      return;
    }
    begin();
    attention.backward(plan, q, k, v, state, dOut, dQ, dK, dV, dBias);
  }

  @Override
  public void softmax(Tensor logits, Tensor probabilities) {
    begin();
    device.softmax(in(logits), out(probabilities));
    end();
  }

  @Override
  public void addGumbel(Tensor logits, RandomKey key, Tensor out) {
    begin();
    device.addGumbel(in(logits), key, out(out));
    end();
  }

  @Override
  public void addToRows(Tensor x, Tensor row, Tensor out) {
    begin();
    device.addToRows(in(x), in(row), out(out));
    end();
  }

  @Override
  public void chooseExperts(
      RoutingPlan plan,
      Tensor scores,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability) {
    begin();
    device.chooseExperts(plan, in(scores), in(probabilities), tokenMask, expert, out(probability));
    end();
  }

  @Override
  public void normaliseGates(RoutingPlan plan, Tensor probability, Tensor gate) {
    begin();
    device.normaliseGates(plan, in(probability), out(gate));
    end();
  }

  @Override
  public void packSlots(RoutingPlan plan, Tensor slot, Tensor slotChoice, Tensor used) {
    device.packSlots(plan, slot, slotChoice, used);
  }

  @Override
  public void normaliseGatesBackward(
      RoutingPlan plan, Tensor probability, Tensor gate, Tensor dGate) {
    begin();
    device.normaliseGatesBackward(plan, in(probability), in(gate), inOut(dGate));
    end();
  }

  @Override
  public void askSecondByChance(
      RoutingPlan plan, Tensor gate, double threshold, RandomKey key, Tensor asks) {
    begin();
    device.askSecondByChance(plan, in(gate), threshold, key, asks);
    end();
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
    begin();
    device.takePlaces(plan, expert, asks, in(priority), position, slot, slotChoice, asked, dropped);
    end();
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
    device.takePlacesUntilServed(plan, expert, position, slot, slotChoice, asked, dropped);
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
    begin();
    device.chooseTokens(
        plan,
        in(probabilities),
        tokenMask,
        expert,
        out(probability),
        position,
        slot,
        slotChoice,
        asked,
        dropped);
    end();
  }

  @Override
  public void countChoices(RoutingPlan plan, Tensor expert, int first, Tensor count) {
    device.countChoices(plan, expert, first, count);
  }

  @Override
  public void expectedLoad(
      RoutingPlan plan, Tensor logits, int top, double noise, Tensor tokenMask, Tensor out) {
    begin();
    device.expectedLoad(plan, in(logits), top, noise, tokenMask, out(out));
    end();
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
    begin();
    device.expectedLoadBackward(plan, in(logits), top, noise, tokenMask, in(dLoad), inOut(dLogits));
    end();
  }

  @Override
  public void balanceGradient(RoutingPlan plan, Tensor factor, Tensor count, Tensor out) {
    begin();
    device.balanceGradient(plan, in(factor), count, out(out));
    end();
  }

  @Override
  public void variationGradient(
      RoutingPlan plan, Tensor sums, double coefficient, Tensor out, boolean accumulate) {
    begin();
    device.variationGradient(plan, in(sums), coefficient, out(out, accumulate), accumulate);
    end();
  }

  @Override
  public void sumProbabilities(
      RoutingPlan plan, Tensor probabilities, Tensor tokenMask, Tensor out) {
    begin();
    device.sumProbabilities(plan, in(probabilities), tokenMask, out(out));
    end();
  }

  @Override
  public void routerFigures(Tensor logits, Tensor probabilities, Tensor tokenMask, Tensor out) {
    begin();
    device.routerFigures(in(logits), in(probabilities), tokenMask, out(out));
    end();
  }

  @Override
  public void dispatch(Tensor x, Tensor slotChoice, int choices, Tensor out) {
    begin();
    device.dispatch(in(x), slotChoice, choices, out(out));
    end();
  }

  @Override
  public void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    begin();
    device.dispatchBackward(in(dDispatched), slot, inOut(dX));
    end();
  }

  @Override
  public void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    begin();
    device.combine(in(expertOut), slot, in(gate), out(out));
    end();
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
    begin();
    device.combineBackward(
        in(dOut), in(expertOut), slot, slotChoice, in(gate), out(dExpertOut), out(dGate));
    end();
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
    begin();
    device.routerBackward(
        plan,
        in(logits),
        in(probabilities),
        expert,
        in(dProbability),
        in(slope),
        tokenMask,
        zLoss,
        out(dLogits));
    end();
  }

  @Override
  public void crossEntropy(Tensor logits, Tensor labels, Tensor loss, Tensor logSumExp) {
    begin();
    device.crossEntropy(in(logits), labels, out(loss), out(logSumExp));
    end();
  }

  @Override
  public void crossEntropyBackward(
      Tensor logits, Tensor labels, Tensor logSumExp, double scale, double zLoss, Tensor dLogits) {
    begin();
    device.crossEntropyBackward(in(logits), labels, in(logSumExp), scale, zLoss, out(dLogits));
    end();
  }

  @Override
  public void softCrossEntropy(
      Tensor logits, Tensor targets, Tensor labels, Tensor loss, Tensor logSumExp) {
    begin();
    device.softCrossEntropy(in(logits), in(targets), labels, out(loss), out(logSumExp));
    end();
  }

  @Override
  public void softCrossEntropyBackward(
      Tensor logits,
      Tensor targets,
      Tensor labels,
      Tensor logSumExp,
      double scale,
      Tensor dLogits) {
    begin();
    device.softCrossEntropyBackward(
        in(logits), in(targets), labels, in(logSumExp), scale, inOut(dLogits));
    end();
  }

  @Override
  public double sum(Tensor tensor) {
    begin();
    return device.sum(in(tensor));
  }

  @Override
  public double sumOfSquares(Tensor tensor) {
    begin();
    return device.sumOfSquares(in(tensor));
  }

  @Override
  public boolean allFinite(Tensor tensor) {
    begin();
    return device.allFinite(in(tensor));
  }

  @Override
  public void adamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    begin();
    device.adamW(inOut(parameter), in(gradient), inOut(m), inOut(v), step);
    end();
  }

  @Override
  public void adafactor(
      Tensor parameter, Tensor gradient, Tensor rows, Tensor columns, AdafactorStep step) {
    begin();
    device.adafactor(inOut(parameter), in(gradient), inOut(rows), inOut(columns), step);
    end();
  }

  @Override
  public void adafactor(
      Tensor parameter, Tensor gradient, Tensor secondMoment, AdafactorStep step) {
    begin();
    device.adafactor(inOut(parameter), in(gradient), inOut(secondMoment), step);
    end();
  }

  @Override
  public void submit() {
    device.submit();
  }

  @Override
  public void synchronize() {
    device.synchronize();
  }

  /** Frees what this class holds; the device stays open. */
  @Override
  public void close() {
    scratch.close();
  }
}
