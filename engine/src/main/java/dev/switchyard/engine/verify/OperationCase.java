package dev.switchyard.engine.verify;

import dev.switchyard.engine.backend.AdafactorStep;
import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.List;

/**
 * Every operation of a backend on tensors of random shapes and values: the same {@link Draw} leads
 * to the same calls, so that two backends, or two runs of one, can be compared.
 */
public enum OperationCase {
  MATMUL {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int m = draw.length(300);
      int k = draw.length(200);
      int n = draw.length(300);
      boolean transposeA = draw.coin();
      boolean transposeB = draw.coin();
      Tensor a = transposeA ? draw.reals(on, k, m) : draw.reals(on, m, k);
      Tensor b = transposeB ? draw.reals(on, n, k) : draw.reals(on, k, n);
      Tensor out = draw.reals(on, m, n);
      on.matmul(a, transposeA, b, transposeB, out, draw.coin());
      return List.of(out);
    }
  },

  BATCHED_MATMUL {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int count = draw.length(9);
      int rows = draw.length(180);
      int columns = draw.length(100);
      int n = draw.length(150);
      boolean transposeA = draw.coin();
      boolean transposeB = draw.coin();
      int m = transposeA ? columns : rows;
      int k = transposeA ? rows : columns;
      int[] used = new int[count];
      Tensor a = on.allocate(count, rows, columns);
      for (int i = 0; i < count; i++) {
        used[i] = draw.below(rows + 1);
        on.write(
            a.part(i, i + 1).as(rows, columns).part(0, used[i]), draw.reals(used[i] * columns));
      }
      Tensor b = transposeB ? draw.reals(on, count, n, k) : draw.reals(on, count, k, n);
      Tensor out = draw.reals(on, count, m, n);
      boolean accumulate = draw.coin();
      Tensor hint = draw.integers(on, used);
      on.batchedMatmul(a, transposeA, b, transposeB, out, accumulate, draw.coin() ? hint : null);
      return List.of(out);
    }
  },

  ELEMENTS {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int n = draw.length(40_000);
      Tensor x = draw.reals(on, n);
      Tensor sum = draw.reals(on, n);
      on.add(x, sum);
      on.scale(sum, -1.75);
      Tensor positive = on.allocate(n);
      on.relu(x, positive);
      Tensor dX = on.allocate(n);
      on.reluBackward(positive, sum, dX);
      Tensor zeros = draw.reals(on, n);
      on.zero(zeros);
      Tensor copied = draw.reals(on, n);
      on.copy(x, copied);
      return List.of(sum, positive, dX, zeros, copied);
    }
  },

  GATED_UNITS {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int n = draw.length(20_000);
      Tensor a = draw.reals(on, n);
      on.scale(a, 3);
      Tensor b = draw.reals(on, n);
      Tensor dOut = draw.reals(on, n);
      Tensor out = on.allocate(n);
      Tensor dA = on.allocate(n);
      Tensor dB = on.allocate(n);
      on.geglu(a, b, out);
      on.gegluBackward(a, b, dOut, dA, dB);
      return List.of(out, dA, dB);
    }
  },

  RANDOM_NUMBERS {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int n = draw.length(20_000);
      Tensor x = draw.reals(on, n);
      Tensor dropped = on.allocate(n);
      Tensor jittered = on.allocate(n);
      on.dropout(x, 0.3, draw.key(), dropped);
      on.jitter(x, 0.01, draw.key(), jittered);
      return List.of(dropped, jittered);
    }
  },

  NORMALISATION {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int rows = draw.length(500);
      int d = draw.length(300);
      Tensor x = draw.reals(on, rows, d);
      Tensor weight = draw.reals(on, d);
      Tensor out = on.allocate(rows, d);
      Tensor inverse = on.allocate(rows);
      on.rmsNorm(x, weight, 1e-6, out, inverse);
      Tensor dX = draw.reals(on, rows, d);
      Tensor dWeight = draw.reals(on, d);
      on.rmsNormBackward(draw.reals(on, rows, d), x, weight, inverse, dX, dWeight);
      return List.of(out, inverse, dX, dWeight);
    }
  },

  EMBEDDING {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int vocabulary = draw.length(100);
      int tokens = draw.length(700);
      int d = draw.length(200);
      Tensor ids = draw.integers(on, draw.indices(tokens, -1, vocabulary));
      Tensor out = draw.reals(on, tokens, d);
      on.embed(ids, draw.reals(on, vocabulary, d), out);
      Tensor dTable = draw.reals(on, vocabulary, d);
      on.embedBackward(ids, draw.reals(on, tokens, d), dTable);
      return List.of(out, dTable);
    }
  },

  POSITION_BIAS {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int heads = draw.length(8);
      int lq = draw.length(70);
      int lk = draw.length(70);
      int buckets = 32;
      Tensor bucket = draw.integers(on, draw.indices(lq * lk, 0, buckets)).as(lq, lk);
      Tensor out = on.allocate(heads, lq, lk);
      on.positionBias(draw.reals(on, buckets, heads), bucket, out);
      Tensor dTable = draw.reals(on, buckets, heads);
      on.positionBiasBackward(bucket, draw.reals(on, heads, lq, lk), dTable);
      return List.of(out, dTable);
    }
  },

  ATTENTION {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int heads = draw.length(5);
      int size = 1 + draw.below(40);
      int lq = draw.length(80);
      boolean causal = draw.coin();
      int lk = causal ? lq : draw.length(80);
      int batch = draw.length(12);
      double rate = draw.coin() ? 0.1 : 0;
      AttentionPlan plan = new AttentionPlan(batch, heads, lq, lk, size, causal, rate, draw.key());
      int width = heads * size;
      Tensor q = draw.reals(on, batch * lq, width);
      Tensor k = draw.reals(on, batch * lk, width);
      Tensor v = draw.reals(on, batch * lk, width);
      Tensor bias = draw.coin() ? draw.reals(on, heads, lq, lk) : null;
      Tensor mask = draw.coin() ? draw.integers(on, draw.indices(batch * lk, 0, 2)) : null;
      Tensor out = on.allocate(batch * lq, width);
      Tensor state = on.allocate(on.attentionStateShape(plan));
      mask = mask == null ? null : mask.as(batch, lk);
      on.attention(plan, q, k, v, bias, mask, out, state);
      Tensor dOut = draw.reals(on, batch * lq, width);
      Tensor dQ = draw.reals(on, batch * lq, width);
      Tensor dK = draw.reals(on, batch * lk, width);
      Tensor dV = draw.reals(on, batch * lk, width);
      Tensor dBias = bias == null ? null : draw.reals(on, heads, lq, lk);
      on.attentionBackward(plan, q, k, v, bias, mask, out, state, dOut, dQ, dK, dV, dBias);
      return bias == null ? List.of(out, dQ, dK, dV) : List.of(out, dQ, dK, dV, dBias);
    }
  },

  ROUTING {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      RoutingPlan plan = plan(draw);
      plan = plan.withChoices(Math.min(draw.length(4), plan.experts()));
      int tokens = plan.tokens();
      int k = plan.choices();
      Tensor logits = draw.reals(on, tokens, plan.experts());
      Tensor p = on.allocate(tokens, plan.experts());
      on.softmax(logits, p);
      Tensor mask = draw.coin() ? draw.integers(on, draw.indices(tokens, 0, 2)) : null;
      Tensor expert = draw.integers(on, new int[tokens * k]);
      Tensor gate = on.allocate(tokens, k);
      Tensor scores = draw.reals(on, tokens, plan.experts()); // decisions need the same bits
      on.chooseExperts(plan, scores, p, mask, expert, gate);
      Tensor position = draw.integers(on, new int[tokens * k]);
      Tensor slot = draw.integers(on, new int[tokens * k]);
      Tensor slotChoice = draw.integers(on, new int[plan.slots()]);
      Tensor asked = draw.integers(on, new int[plan.queues()]);
      Tensor dropped = draw.integers(on, new int[plan.groups()]);
      Tensor priority = draw.coin() ? draw.reals(on, tokens, k) : null;
      on.takePlaces(plan, expert, null, priority, position, slot, slotChoice, asked, dropped);
      Tensor sums = draw.reals(on, plan.groups(), plan.experts());
      on.sumProbabilities(plan, p, mask, sums);
      Tensor figures = on.allocate(3);
      on.routerFigures(logits, p, mask, figures);
      int d = draw.length(100);
      Tensor dispatched = draw.reals(on, plan.slots(), d);
      on.dispatch(draw.reals(on, tokens, d), slotChoice, k, dispatched);
      Tensor combined = draw.reals(on, tokens, d);
      on.combine(dispatched, slot, gate, combined);
      Tensor dExpertOut = draw.reals(on, plan.slots(), d);
      Tensor dGate = draw.reals(on, tokens, k);
      Tensor dOut = draw.reals(on, tokens, d);
      on.combineBackward(dOut, dispatched, slot, slotChoice, gate, dExpertOut, dGate);
      Tensor dX = draw.reals(on, tokens, d);
      on.dispatchBackward(dExpertOut, slot, dX);
      Tensor dLogits = draw.reals(on, tokens, plan.experts());
      Tensor slope = draw.reals(on, plan.groups(), plan.experts());
      double zLoss = draw.coin() ? 0.1 : 0;
      on.routerBackward(plan, logits, p, expert, dGate, slope, mask, zLoss, dLogits);
      return List.of(
          p,
          expert,
          gate,
          position,
          slot,
          slotChoice,
          asked,
          dropped,
          sums,
          figures,
          dispatched,
          combined,
          dExpertOut,
          dGate,
          dX,
          dLogits);
    }
  },

  ROUTING_RULES {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      RoutingPlan plan = plan(draw);
      int tokens = plan.tokens();
      Tensor logits = draw.reals(on, tokens, plan.experts());
      Tensor noisy = on.allocate(tokens, plan.experts());
      on.addGumbel(logits, new RandomKey(3, 5, 7), noisy);
      Tensor shifted = on.allocate(tokens, plan.experts());
      on.addToRows(noisy, draw.reals(on, plan.experts()), shifted);
      Tensor scores = draw.reals(on, tokens, plan.experts()); // decisions need the same bits
      Tensor p = on.allocate(tokens, plan.experts());
      on.softmax(logits, p);
      Tensor mask = draw.coin() ? draw.integers(on, draw.indices(tokens, 0, 2)) : null;

      RoutingPlan all = plan.withChoices(plan.experts());
      Tensor expert = draw.integers(on, new int[all.allChoices()]);
      Tensor share = on.allocate(tokens, plan.experts());
      Tensor position = draw.integers(on, new int[all.allChoices()]);
      Tensor slot = draw.integers(on, new int[all.allChoices()]);
      Tensor slotChoice = draw.integers(on, new int[plan.slots()]);
      Tensor asked = draw.integers(on, new int[plan.queues()]);
      Tensor dropped = draw.integers(on, new int[plan.groups()]);
      on.chooseTokens(all, scores, mask, expert, share, position, slot, slotChoice, asked, dropped);

      RoutingPlan some = plan.withChoices(Math.min(3, plan.experts()));
      Tensor tried = draw.integers(on, new int[some.allChoices()]);
      Tensor chance = on.allocate(tokens, some.choices());
      on.chooseExperts(some, scores, p, mask, tried, chance);
      Tensor place = draw.integers(on, new int[some.allChoices()]);
      Tensor taken = draw.integers(on, new int[some.allChoices()]);
      Tensor taker = draw.integers(on, new int[plan.slots()]);
      Tensor queued = draw.integers(on, new int[plan.queues()]);
      Tensor left = draw.integers(on, new int[plan.groups()]);
      on.takePlacesUntilServed(some, tried, place, taken, taker, queued, left);
      Tensor used = draw.integers(on, new int[plan.experts()]);
      on.packSlots(some, taken, taker, used);
      Tensor counted = draw.integers(on, new int[plan.queues()]);
      on.countChoices(some, tried, 1, counted);
      Tensor gate = on.allocate(tokens, some.choices());
      on.normaliseGates(some, chance, gate);
      Tensor dGate = draw.reals(on, tokens, some.choices());
      on.normaliseGatesBackward(some, chance, gate, dGate);

      int top = Math.min(2, plan.experts());
      Tensor load = on.allocate(plan.groups(), plan.experts());
      on.expectedLoad(plan, logits, top, 0.5, mask, load);
      Tensor slope = draw.reals(on, plan.groups(), plan.experts());
      on.variationGradient(plan, load, 0.3, slope, draw.coin());
      Tensor dLogits = draw.reals(on, tokens, plan.experts());
      on.expectedLoadBackward(plan, logits, top, 0.5, mask, slope, dLogits);
      return List.of(
          noisy,
          shifted,
          expert,
          share,
          position,
          slot,
          slotChoice,
          asked,
          dropped,
          tried,
          chance,
          place,
          taken,
          taker,
          queued,
          left,
          used,
          counted,
          gate,
          load,
          slope,
          dLogits);
    }
  },

  LOSS {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int rows = draw.length(60);
      int vocabulary = draw.length(1500);
      Tensor logits = draw.reals(on, rows, vocabulary);
      on.scale(logits, 4);
      Tensor labels = draw.integers(on, draw.indices(rows, -1, vocabulary));
      Tensor loss = on.allocate(rows);
      Tensor logSumExp = on.allocate(rows);
      on.crossEntropy(logits, labels, loss, logSumExp);
      Tensor dLogits = on.allocate(rows, vocabulary);
      on.crossEntropyBackward(logits, labels, logSumExp, 0.02, 1e-2, dLogits);
      return List.of(loss, logSumExp, dLogits);
    }
  },

  SUMS {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      Tensor x = draw.reals(on, draw.length(100_000));
      Tensor figures = on.allocate(2);
      on.write(figures, new float[] {(float) on.sum(x), (float) on.sumOfSquares(x)});
      return List.of(figures);
    }
  },

  ADAM_W {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int n = draw.length(30_000);
      Tensor parameter = draw.reals(on, n);
      Tensor m = draw.reals(on, n);
      Tensor v = draw.reals(on, n);
      on.relu(v, v);
      on.adamW(
          parameter,
          draw.reals(on, n),
          m,
          v,
          new AdamWStep(0.01, 0.9, 0.99, 1e-8, 0.1, 1 + draw.below(9), 0.5));
      return List.of(parameter, m, v);
    }
  },

  ADAFACTOR {
    @Override
    public List<Tensor> run(Backend on, Draw draw) {
      int count = draw.length(5);
      int r = draw.length(150);
      int c = draw.length(150);
      AdafactorStep step = new AdafactorStep(0.01, 0.9, 1e-30, 1e-3, 1, 0.5, false);
      Tensor parameter = draw.reals(on, count, r, c);
      Tensor rows = on.allocate(count, r);
      Tensor columns = on.allocate(count, c);
      on.adafactor(parameter, draw.reals(on, count, r, c), rows, columns, step);
      on.adafactor(parameter, draw.reals(on, count, r, c), rows, columns, step);
      Tensor vector = draw.reals(on, c);
      Tensor moment = on.allocate(c);
      on.adafactor(vector, draw.reals(on, c), moment, step);
      return List.of(parameter, rows, columns, vector, moment);
    }
  };

  /**
   * The size of what the results are sums of, where they may cancel to nothing: a query that sees
   * one key has a gradient of exactly 0 in exact numbers, and of the rounding of its parts in
   * others: those are products of heads of up to 40 numbers, whose deviation is the root of their
   * count. Deviations are shares of at least this.
   */
  public double scale() {
    return this == ATTENTION ? 6 : 1e-4;
  }

  /**
   * The same in bfloat16. A key's gradient in attention sums over dozens of queries, each with its
   * own rounding, at another place in each backend; where the sum cancels, what is left of them is
   * a share of the root of their number.
   */
  public double roundedScale() {
    return this == ATTENTION ? 4 * scale() : scale();
  }

  private static RoutingPlan plan(Draw draw) {
    return new RoutingPlan(draw.length(4), draw.length(200), 1 + draw.length(69), draw.length(12));
  }

  /** Runs the operations; gives their results. */
  public abstract List<Tensor> run(Backend on, Draw draw);
}
