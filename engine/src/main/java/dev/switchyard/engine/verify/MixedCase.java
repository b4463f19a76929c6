package dev.switchyard.engine.verify;

import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Operations on bfloat16 activations beside float32 weights, as a model in training calls them. */
public enum MixedCase {
  PROJECTION {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int tokens = draw.length(700);
      int in = draw.length(300);
      int out = draw.length(300);
      Tensor x = draw.reals(on, tokens, in);
      Tensor dY = draw.reals(on, tokens, out);
      Tensor weight = exact(on, draw, out, in);
      Tensor gradient = exact(on, draw, out, in);
      Tensor y = on.allocate(tokens, out);
      Tensor dX = draw.reals(on, tokens, in);
      on.matmul(x, false, weight, true, y, false);
      on.matmul(dY, false, weight, false, dX, draw.coin());
      on.matmul(dY, true, x, false, gradient, true);
      return List.of(y, dX, gradient);
    }
  },

  EXPERTS {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int experts = draw.length(6);
      int slots = draw.length(150);
      int in = draw.length(100);
      int out = draw.length(200);
      int[] used = new int[experts];
      Tensor x = on.allocate(experts, slots, in);
      Tensor dY = on.allocate(experts, slots, out);
      for (int i = 0; i < experts; i++) {
        used[i] = draw.below(slots + 1);
        on.write(x.part(i, i + 1).as(slots, in).part(0, used[i]), draw.reals(used[i] * in));
        on.write(dY.part(i, i + 1).as(slots, out).part(0, used[i]), draw.reals(used[i] * out));
      }
      Tensor hint = draw.coin() ? draw.integers(on, used) : null;
      Tensor weight = exact(on, draw, experts, out, in);
      Tensor gradient = exact(on, draw, experts, out, in);
      Tensor y = draw.reals(on, experts, slots, out);
      Tensor dX = draw.reals(on, experts, slots, in);
      on.batchedMatmul(x, false, weight, true, y, false, hint);
      on.batchedMatmul(dY, false, weight, false, dX, draw.coin(), hint);
      on.batchedMatmul(dY, true, x, false, gradient, true, hint);
      return List.of(y, dX, gradient);
    }
  },

  NORMALISATION {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int rows = draw.length(300);
      int d = draw.length(300);
      Tensor x = draw.reals(on, rows, d);
      Tensor weight = exact(on, draw, d);
      Tensor out = on.allocate(rows, d);
      Tensor inverse = on.allocate(ElementType.FLOAT32, rows);
      on.rmsNorm(x, weight, 1e-6, out, inverse);
      Tensor dX = draw.reals(on, rows, d);
      Tensor dWeight = exact(on, draw, d);
      on.rmsNormBackward(draw.reals(on, rows, d), x, weight, inverse, dX, dWeight);
      return List.of(out, inverse, dX, dWeight);
    }
  },

  SLOTS {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int tokens = draw.length(200);
      int choices = 1 + draw.below(2);
      int slots = tokens * choices + draw.below(50);
      int d = draw.length(300);
      int[] slot = new int[tokens * choices];
      int[] slotChoice = new int[slots];
      Arrays.fill(slotChoice, -1);
      for (int choice = 0; choice < slot.length; choice++) {
        slot[choice] = draw.below(4) == 0 ? -1 : slots - 1 - choice;
        if (slot[choice] >= 0) {
          slotChoice[slot[choice]] = choice;
        }
      }
      Tensor slotOf = draw.integers(on, slot);
      Tensor choiceOf = draw.integers(on, slotChoice);
      Tensor gate = exact(on, draw, slot.length);
      Tensor x = draw.reals(on, tokens, d);
      Tensor dispatched = on.allocate(slots, d);
      on.dispatch(x, choiceOf, choices, dispatched);
      Tensor combined = on.allocate(tokens, d);
      on.combine(dispatched, slotOf, gate, combined);
      Tensor dOut = draw.reals(on, tokens, d);
      Tensor dExpertOut = on.allocate(slots, d);
      Tensor dGate = on.allocate(ElementType.FLOAT32, slot.length);
      on.combineBackward(dOut, dispatched, slotOf, choiceOf, gate, dExpertOut, dGate);
      Tensor dX = draw.reals(on, tokens, d);
      on.dispatchBackward(dExpertOut, slotOf, dX);
      return List.of(dispatched, combined, dExpertOut, dGate, dX);
    }
  },

  EMBEDDING {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int tokens = draw.length(200);
      int vocabulary = draw.length(100);
      int d = draw.length(300);
      Tensor ids = draw.integers(on, draw.indices(tokens, -1, vocabulary));
      Tensor out = draw.reals(on, tokens, d);
      on.embed(ids, exact(on, draw, vocabulary, d), out);
      Tensor dTable = exact(on, draw, vocabulary, d);
      on.embedBackward(ids, draw.reals(on, tokens, d), dTable);
      return List.of(out, dTable);
    }
  },

  ATTENTION {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int batch = draw.length(3);
      int heads = draw.length(3);
      int queries = draw.length(60);
      int keys = draw.length(80);
      int size = draw.length(40);
      AttentionPlan plan =
          new AttentionPlan(
              batch, heads, queries, keys, size, draw.coin(), draw.coin() ? 0.3 : 0, draw.key());
      Tensor q = draw.reals(on, batch * queries, heads * size);
      Tensor k = draw.reals(on, batch * keys, heads * size);
      Tensor v = draw.reals(on, batch * keys, heads * size);
      on.scale(q, 0.2);
      Tensor bias = draw.reals(on, heads, queries, keys);
      Tensor mask = draw.coin() ? draw.integers(on, draw.indices(batch * keys, 0, 2)) : null;
      Tensor out = on.allocate(batch * queries, heads * size);
      Tensor state = on.allocate(on.attentionStateShape(plan));
      on.attention(plan, q, k, v, bias, mask, out, state);
      Tensor dQ = on.allocate(batch * queries, heads * size);
      Tensor dK = on.allocate(batch * keys, heads * size);
      Tensor dV = on.allocate(batch * keys, heads * size);
      Tensor dBias = exact(on, draw, heads, queries, keys);
      Tensor dOut = draw.reals(on, batch * queries, heads * size);
      on.attentionBackward(plan, q, k, v, bias, mask, out, state, dOut, dQ, dK, dV, dBias);
      return List.of(out, dQ, dK, dV, dBias);
    }
  };

  /** As {@link OperationCase#scale}. */
  public double scale() {
    return this == ATTENTION ? 6 : 1e-4;
  }

  /** Runs the operations; gives their results. */
  public abstract List<Tensor> run(Backend on, Draw draw);

  static Tensor exact(Backend on, Draw draw, int... shape) {
    Tensor tensor = on.allocate(ElementType.FLOAT32, shape);
    on.write(tensor, draw.reals(Math.toIntExact(tensor.size())));
    return tensor;
  }
}
