package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;

/** Which experts a token asks for, and with what gates. */
final class CpuChoices {
  // A row of a few experts costs about as much as so many elements.
  private static final int ROW_COST = 64;

  private final CpuThreads threads;

  CpuChoices(CpuThreads threads) {
    this.threads = threads;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#addGumbel}. */
  void addGumbel(Tensor logits, RandomKey key, Tensor out) {
    long size = Operands.sameSize(logits, "logits", out, "out");
    long logitsAt = Operands.floats(logits, "logits");
    long outAt = Operands.floats(out, "out");
    long stream = key.stream();
    threads.overRows(
        size,
        ROW_COST,
        (from, to, thread) -> {
          for (long i = from; i < to; i++) {
            // Numbers are k / 2^24; half a step more keeps the logarithm finite.
            double u = RandomKey.uniform(stream, key.origin() + i) + 0x1.0p-25;
            double gumbel = -Math.log(-Math.log(u));
            OffHeap.setFloat(outAt + 4 * i, (float) (OffHeap.getFloat(logitsAt + 4 * i) + gumbel));
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#addToRows}. */
  void addToRows(Tensor x, Tensor row, Tensor out) {
    int n = Math.toIntExact(row.size());
    int rows = Math.toIntExact(x.size() / n);
    long xAt = Operands.rows(x, "x", rows, n);
    long rowAt = Operands.floats(row, "row");
    long outAt = Operands.rows(out, "out", rows, n);
    threads.overRows(
        rows,
        2L * n,
        (from, to, thread) -> {
          for (long t = from; t < to; t++) {
            OffHeap.copy(xAt + 4 * t * n, outAt + 4 * t * n, 4L * n);
            CpuElements.add(rowAt, outAt + 4 * t * n, n);
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#chooseExperts}. */
  void chooseExperts(
      RoutingPlan plan,
      Tensor scores,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability) {
    int tokens = plan.tokens();
    int experts = plan.experts();
    int k = plan.choices();
    long scoresAt = Operands.rows(scores, "scores", tokens, experts);
    long p = Operands.rows(probabilities, "probabilities", tokens, experts);
    long mask = tokenMask == null ? 0 : Operands.ints(tokenMask, "tokenMask", tokens);
    long expertAt = Operands.ints(expert, "expert", plan.allChoices());
    long probabilityAt = Operands.floats(probability, "probability", plan.allChoices());
    threads.overRows(
        tokens,
        ROW_COST + (long) k * experts,
        (from, to, thread) -> {
          for (long t = from; t < to; t++) {
            boolean routed = mask == 0 || OffHeap.getInt(mask + 4 * t) != 0;
            int last = -1;
            for (long choice = t * k; choice < (t + 1) * k; choice++) {
              last = routed ? next(scoresAt + 4 * t * experts, experts, last) : -1;
              OffHeap.setInt(expertAt + 4 * choice, last);
              float chosen = routed ? OffHeap.getFloat(p + 4 * (t * experts + last)) : 0f;
              OffHeap.setFloat(probabilityAt + 4 * choice, chosen);
            }
          }
        });
  }

  /** The expert that comes after the last one in falling order of scores, or the first of all. */
  private static int next(long scores, int n, int last) {
    if (last < 0) {
      return indexOfMax(scores, n);
    }
    float limit = OffHeap.getFloat(scores + 4L * last);
    int best = -1;
    float bestScore = 0;
    for (int i = 0; i < n; i++) {
      float score = OffHeap.getFloat(scores + 4L * i);
      boolean later = score < limit || (score == limit && i > last);
      if (later && (best < 0 || score > bestScore)) {
        best = i;
        bestScore = score;
      }
    }
    return best < 0 ? (last + 1) % n : best; // none only where some are not a number
  }

  /** The index of the largest element, the lowest where several are equal. */
  static int indexOfMax(long x, int n) {
    float max = Reductions.max(x, n);
    for (int i = 0; i < n; i++) {
      if (OffHeap.getFloat(x + 4L * i) == max) {
        return i;
      }
    }
    return 0; // only where all are not a number
  }

  /** See {@link dev.switchyard.engine.backend.Backend#normaliseGates}. */
  void normaliseGates(RoutingPlan plan, Tensor probability, Tensor gate) {
    int k = plan.choices();
    long from = Operands.floats(probability, "probability", plan.allChoices());
    long to = Operands.floats(gate, "gate", plan.allChoices());
    for (long row = 0; row < 4L * plan.allChoices(); row += 4L * k) {
      float sum = sum(from + row, k);
      for (int j = 0; j < k; j++) {
        OffHeap.setFloat(to + row + 4L * j, OffHeap.getFloat(from + row + 4L * j) / sum);
      }
    }
  }

  private static float sum(long probability, int k) {
    float sum = 1e-9f;
    for (int j = 0; j < k; j++) {
      sum += OffHeap.getFloat(probability + 4L * j);
    }
    return sum;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#normaliseGatesBackward}. */
  void normaliseGatesBackward(RoutingPlan plan, Tensor probability, Tensor gate, Tensor dGate) {
    int k = plan.choices();
    long p = Operands.floats(probability, "probability", plan.allChoices());
    long g = Operands.floats(gate, "gate", plan.allChoices());
    long d = Operands.floats(dGate, "dGate", plan.allChoices());
    for (long row = 0; row < 4L * plan.allChoices(); row += 4L * k) {
      float sum = sum(p + row, k);
      float mean = 0;
      for (long at = row; at < row + 4L * k; at += 4) {
        mean += OffHeap.getFloat(g + at) * OffHeap.getFloat(d + at);
      }
      for (long at = row; at < row + 4L * k; at += 4) {
        OffHeap.setFloat(d + at, (OffHeap.getFloat(d + at) - mean) / sum);
      }
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#askSecondByChance}. */
  void askSecondByChance(
      RoutingPlan plan, Tensor gate, double threshold, RandomKey key, Tensor asks) {
    long gateAt = Operands.floats(gate, "gate", 2L * plan.tokens());
    long asksAt = Operands.ints(asks, "asks", 2L * plan.tokens());
    for (long t = 0; t < plan.tokens(); t++) {
      double second = OffHeap.getFloat(gateAt + 8 * t + 4);
      OffHeap.setInt(asksAt + 8 * t, 1);
      OffHeap.setInt(asksAt + 8 * t + 4, key.uniform(t) < second / threshold ? 1 : 0);
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#countChoices}. */
  void countChoices(RoutingPlan plan, Tensor expert, int first, Tensor count) {
    int k = plan.choices();
    long expertAt = Operands.ints(expert, "expert", plan.allChoices());
    long countAt = Operands.ints(count, "count", plan.queues());
    OffHeap.clear(countAt, 4L * plan.queues());
    for (int t = 0; t < plan.tokens(); t++) {
      long row = countAt + 4L * (t / plan.groupSize()) * plan.experts();
      for (int j = 0; j < first; j++) {
        long choice = (long) t * k + j;
        int e =
            Operands.indexOrNone(
                OffHeap.getInt(expertAt + 4 * choice), plan.experts(), "expert", choice);
        if (e >= 0) {
          OffHeap.setInt(row + 4L * e, OffHeap.getInt(row + 4L * e) + 1);
        }
      }
    }
  }
}
