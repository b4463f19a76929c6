package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Attention as products of stacks of matrices, one for each head of each row of the batch. Queries,
 * keys and values are copied to lie head by head, because ND4J's products of strided matrices copy
 * them one by one.
 */
final class Nd4jAttention {
  // Added to scores that may not be seen: exp of it is 0 in both precisions, and unlike infinity it
  // leaves no NaN in a row that sees nothing.
  private static final double UNSEEN = -1e30;

  private final ElementType type;
  private final Arena scratch;

  Nd4jAttention(ElementType type, Arena scratch) {
    this.type = type;
    this.scratch = scratch;
  }

  static int[] stateShape(AttentionPlan plan) {
    return new int[] {plan.batch(), plan.heads(), plan.queryLength(), plan.keyLength()};
  }

  void forward(
      AttentionPlan plan,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor bias,
      Tensor keyMask,
      Tensor out,
      Tensor state) {
    check("attention", plan, q, k, v, bias, keyMask, state, out);
    Tensor queries = byHead(q, plan, plan.queryLength());
    Tensor keys = byHead(k, plan, plan.keyLength());
    Tensor values = byHead(v, plan, plan.keyLength());

    Operations.product(
        queries(queries, plan), false, keys(keys, plan), true, pairs(state, plan), 0);
    if (bias != null) {
      INDArray scores = Views.shaped(state, plan.batch(), bias.size());
      Operations.broadcast("add", scores, Views.row(bias), scores);
    }
    hide(plan, keyMask, state);
    Nd4jNormalisation.softmax(state, state, scratch);
    clearBlindQueries(plan, keyMask, state);

    Tensor used = dropped(plan, state);
    Tensor result = scratch.take(q.rows(), q.length(-1));
    Operations.product(
        pairs(used, plan), false, keys(values, plan), false, queries(result, plan), 0);
    fromHeads(result, plan, plan.queryLength(), out);
  }

  void backward(
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
    check("attentionBackward", plan, q, k, v, bias, keyMask, state, out, dOut, dQ);
    Shapes.of("attentionBackward")
        .types(type, dK, dV, dBias)
        .matrix("dK", dK, k.rows(), k.length(-1))
        .matrix("dV", dV, v.rows(), v.length(-1))
        .exactly("dBias", dBias, plan.heads(), plan.queryLength(), plan.keyLength());
    final Tensor queries = byHead(q, plan, plan.queryLength());
    final Tensor keys = byHead(k, plan, plan.keyLength());
    Tensor values = byHead(v, plan, plan.keyLength());
    Tensor gradient = byHead(dOut, plan, plan.queryLength());
    Tensor result = scratch.take(k.rows(), k.length(-1));
    Tensor factors = plan.dropoutRate() > 0 ? dropoutFactors(plan) : null;

    Tensor scores = scratch.take(stateShape(plan));
    Tensor used = factors == null ? state : scores;
    if (factors != null) {
      Views.flat(state).muli(Views.flat(factors), Views.flat(scores));
    }
    Operations.product(
        pairs(used, plan), true, queries(gradient, plan), false, keys(result, plan), 0);
    fromHeads(result, plan, plan.keyLength(), dV);

    Operations.product(
        queries(gradient, plan), false, keys(values, plan), true, pairs(scores, plan), 0);
    if (factors != null) {
      Views.flat(scores).muli(Views.flat(factors));
    }
    softmaxBackward(state, scores);
    if (dBias != null) {
      addOverBatch(scores, plan, dBias);
    }

    Operations.product(
        pairs(scores, plan), true, queries(queries, plan), false, keys(result, plan), 0);
    fromHeads(result, plan, plan.keyLength(), dK);
    Operations.product(
        pairs(scores, plan), false, keys(keys, plan), false, queries(queries, plan), 0);
    fromHeads(queries, plan, plan.queryLength(), dQ);
  }

  // gradient = P * (gradient - sum over the row of P * gradient)
  private void softmaxBackward(Tensor probabilities, Tensor gradient) {
    Tensor sums = scratch.take(probabilities.rows());
    INDArray rows = Views.matrix(gradient);
    Operations.rowDots(Views.matrix(probabilities), rows, Views.flat(sums));
    Operations.broadcast("subtract", rows, Views.column(sums), rows);
    rows.muli(Views.matrix(probabilities));
  }

  private void addOverBatch(Tensor scores, AttentionPlan plan, Tensor dBias) {
    INDArray sums = Views.flat(scratch.take(Math.toIntExact(dBias.size())));
    Operations.sums(Views.shaped(scores, plan.batch(), dBias.size()), sums, 0);
    Views.flat(dBias).addi(sums);
  }

  // ---- masks ----

  private void hide(AttentionPlan plan, Tensor keyMask, Tensor state) {
    if (keyMask == null && !plan.causal()) {
      return;
    }
    int batch = keyMask == null ? 1 : plan.batch();
    int queries = plan.causal() ? plan.queryLength() : 1;
    int keys = plan.keyLength();
    Tensor hidden = scratch.take(batch, queries, keys);
    HostWindow mask = keyMask == null ? null : HostWindow.of(keyMask);
    HostWindow window = HostWindow.of(hidden);
    long index = 0;
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < queries; i++) {
        for (int j = 0; j < keys; j++) {
          boolean seen =
              (mask == null || mask.integer((long) b * keys + j) != 0)
                  && (!plan.causal() || j <= i);
          window.real(index++, seen ? 0 : UNSEEN);
        }
      }
    }
    window.publish();
    INDArray scores =
        Views.shaped(state, plan.batch(), plan.heads(), plan.queryLength(), plan.keyLength());
    Operations.broadcast("add", scores, Views.shaped(hidden, batch, 1, queries, keys), scores);
  }

  // The softmax of a row in which nothing may be seen is not zero by itself.
  private void clearBlindQueries(AttentionPlan plan, Tensor keyMask, Tensor state) {
    if (keyMask == null) {
      return;
    }
    HostWindow mask = HostWindow.of(keyMask);
    Tensor factors = scratch.take(plan.batch(), plan.queryLength());
    HostWindow sees = HostWindow.of(factors);
    boolean someBlind = false;
    for (int b = 0; b < plan.batch(); b++) {
      int first = 0;
      while (first < plan.keyLength() && mask.integer((long) b * plan.keyLength() + first) == 0) {
        first++;
      }
      for (int i = 0; i < plan.queryLength(); i++) {
        boolean blind = first == plan.keyLength() || (plan.causal() && i < first);
        sees.real((long) b * plan.queryLength() + i, blind ? 0 : 1);
        someBlind |= blind;
      }
    }
    if (someBlind) {
      sees.publish();
      INDArray rows =
          Views.shaped(state, plan.batch(), plan.heads(), plan.queryLength(), plan.keyLength());
      Operations.multiply(
          rows, Views.shaped(factors, plan.batch(), 1, plan.queryLength(), 1), rows);
    }
  }

  // ---- dropout ----

  private Tensor dropped(AttentionPlan plan, Tensor probabilities) {
    if (plan.dropoutRate() == 0) {
      return probabilities;
    }
    Tensor factors = dropoutFactors(plan);
    Views.flat(factors).muli(Views.flat(probabilities));
    return factors;
  }

  private Tensor dropoutFactors(AttentionPlan plan) {
    Tensor factors = scratch.take(stateShape(plan));
    Nd4jElementwise.drawDropout(plan.dropoutRate(), plan.dropoutKey(), factors);
    return factors;
  }

  // ---- heads ----

  private Tensor byHead(Tensor tokens, AttentionPlan plan, int length) {
    Tensor copy = scratch.take(tokens.rows(), tokens.length(-1));
    Views.shaped(copy, plan.batch(), plan.heads(), length, plan.headSize())
        .assign(Views.heads(tokens, plan.batch(), length, plan.heads(), plan.headSize()));
    return copy;
  }

  private static void fromHeads(Tensor byHead, AttentionPlan plan, int length, Tensor tokens) {
    Views.heads(tokens, plan.batch(), length, plan.heads(), plan.headSize())
        .assign(Views.shaped(byHead, plan.batch(), plan.heads(), length, plan.headSize()));
  }

  private static INDArray queries(Tensor tensor, AttentionPlan plan) {
    return Views.shaped(
        tensor, (long) plan.batch() * plan.heads(), plan.queryLength(), plan.headSize());
  }

  private static INDArray keys(Tensor tensor, AttentionPlan plan) {
    return Views.shaped(
        tensor, (long) plan.batch() * plan.heads(), plan.keyLength(), plan.headSize());
  }

  private static INDArray pairs(Tensor tensor, AttentionPlan plan) {
    return Views.shaped(
        tensor, (long) plan.batch() * plan.heads(), plan.queryLength(), plan.keyLength());
  }

  private void check(
      String operation,
      AttentionPlan plan,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor bias,
      Tensor keyMask,
      Tensor state,
      Tensor... likeQueries) {
    int width = plan.heads() * plan.headSize();
    long queries = (long) plan.batch() * plan.queryLength();
    long keys = (long) plan.batch() * plan.keyLength();
    Shapes shapes =
        Shapes.of(operation)
            .types(type, q, k, v, bias, state)
            .types(type, likeQueries)
            .types(ElementType.INT32, keyMask)
            .matrix("q", q, queries, width)
            .matrix("k", k, keys, width)
            .matrix("v", v, keys, width)
            .exactly("bias", bias, plan.heads(), plan.queryLength(), plan.keyLength())
            .vector("keyMask", keyMask, keys)
            .exactly("state", state, stateShape(plan));
    for (Tensor tensor : likeQueries) {
      shapes.matrix("out and the gradients of q and out", tensor, queries, width);
    }
  }
}
