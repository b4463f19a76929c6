package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The router: its softmax, the choice of expert and place, and its gradient. */
final class CpuRouting {
  // A row of a few experts costs about as much as so many elements.
  private static final int ROW_COST = 64;

  private final CpuThreads threads;
  private final CpuScratch scratch;

  CpuRouting(CpuThreads threads, CpuScratch scratch) {
    this.threads = threads;
    this.scratch = scratch;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#softmax}. */
  void softmax(Tensor logits, Tensor probabilities) {
    Operands.rankAtLeast(logits, "logits", 1);
    int rows = logits.rows();
    int n = logits.length(-1);
    long logitsAt = Operands.floats(logits, "logits");
    long probabilitiesAt = Operands.rows(probabilities, "probabilities", rows, n);
    threads.overRows(
        rows,
        ROW_COST + 4L * n,
        (from, to, thread) -> {
          for (long row = from; row < to; row++) {
            Reductions.softmax(logitsAt + 4 * row * n, probabilitiesAt + 4 * row * n, n);
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#routeTopOne}. */
  void routeTopOne(
      RoutingPlan plan,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor gate,
      Tensor position,
      Tensor slot,
      Tensor slotToken,
      Tensor asked) {
    int tokens = plan.tokens();
    int experts = plan.experts();
    long p = Operands.rows(probabilities, "probabilities", tokens, experts);
    long mask = tokenMask == null ? 0 : Operands.ints(tokenMask, "tokenMask", tokens);
    long expertAt = Operands.ints(expert, "expert", tokens);
    long gateAt = Operands.floats(gate, "gate", tokens);
    long positionAt = Operands.ints(position, "position", tokens);
    long slotAt = Operands.ints(slot, "slot", tokens);
    long slotTokenAt = Operands.ints(slotToken, "slotToken", plan.slots());
    long askedAt = Operands.ints(asked, "asked", (long) plan.groups() * experts);
    threads.overRows(
        tokens,
        ROW_COST + experts,
        (from, to, thread) -> {
          for (long t = from; t < to; t++) {
            boolean routed = mask == 0 || OffHeap.getInt(mask + 4 * t) != 0;
            int best = routed ? indexOfMax(p + 4 * t * experts, experts) : -1;
            OffHeap.setInt(expertAt + 4 * t, best);
            float chosen = routed ? OffHeap.getFloat(p + 4 * (t * experts + best)) : 0f;
            OffHeap.setFloat(gateAt + 4 * t, chosen);
          }
        });
    OffHeap.fill(slotTokenAt, 4L * plan.slots(), -1);
    threads.overRows(
        plan.groups(),
        4L * plan.groupSize(),
        (from, to, thread) -> {
          for (int g = (int) from; g < to; g++) {
            takePlaces(
                plan, g, expertAt, positionAt, slotAt, slotTokenAt, askedAt + 4L * g * experts);
          }
        });
  }

  /** The index of the largest element, the lowest where several are equal. */
  private static int indexOfMax(long x, int n) {
    float max = Reductions.max(x, n);
    for (int i = 0; i < n; i++) {
      if (OffHeap.getFloat(x + 4L * i) == max) {
        return i;
      }
    }
    return 0; // only where all are not a number
  }

  /**
   * Gives a group's tokens their places, in their order; the counts of the queues stay in asked.
   */
  private static void takePlaces(
      RoutingPlan plan,
      int group,
      long expert,
      long position,
      long slot,
      long slotToken,
      long asked) {
    OffHeap.clear(asked, 4L * plan.experts());
    int first = group * plan.groupSize();
    for (int t = first; t < first + plan.groupSize(); t++) {
      int e = OffHeap.getInt(expert + 4L * t);
      if (e < 0) {
        OffHeap.setInt(position + 4L * t, -1);
        OffHeap.setInt(slot + 4L * t, -1);
        continue;
      }
      int place = OffHeap.getInt(asked + 4L * e);
      OffHeap.setInt(asked + 4L * e, place + 1);
      OffHeap.setInt(position + 4L * t, place);
      boolean kept = place < plan.capacity();
      int s = kept ? (e * plan.groups() + group) * plan.capacity() + place : -1;
      OffHeap.setInt(slot + 4L * t, s);
      if (kept) {
        OffHeap.setInt(slotToken + 4L * s, t);
      }
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#sumProbabilities}. */
  void sumProbabilities(RoutingPlan plan, Tensor probabilities, Tensor tokenMask, Tensor out) {
    int experts = plan.experts();
    int size = plan.groupSize();
    long p = Operands.rows(probabilities, "probabilities", plan.tokens(), experts);
    long mask = tokenMask == null ? 0 : Operands.ints(tokenMask, "tokenMask", plan.tokens());
    long outAt = Operands.floats(out, "out", (long) plan.groups() * experts);
    int blocks = Partials.blocks(size);
    scratch.reserve(0, 4L * plan.groups() * blocks * experts);
    long partials = scratch.shared();
    threads.overRows(
        (long) plan.groups() * blocks,
        (long) size * experts / blocks,
        (from, to, thread) -> {
          for (long piece = from; piece < to; piece++) {
            long group = piece / blocks * size;
            long partial = partials + 4 * piece * experts;
            OffHeap.clear(partial, 4L * experts);
            long last = group + Partials.start(size, blocks, piece % blocks + 1);
            for (long t = group + Partials.start(size, blocks, piece % blocks); t < last; t++) {
              if (mask == 0 || OffHeap.getInt(mask + 4 * t) != 0) {
                CpuElements.add(p + 4 * t * experts, partial, experts);
              }
            }
          }
        });
    OffHeap.clear(outAt, 4L * plan.groups() * experts);
    for (int g = 0; g < plan.groups(); g++) {
      long partial = partials + 4L * g * blocks * experts;
      Partials.add(partial, blocks, experts, outAt + 4L * g * experts);
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#routerFigures}. */
  void routerFigures(Tensor logits, Tensor probabilities, Tensor tokenMask, Tensor out) {
    Operands.rankAtLeast(logits, "logits", 1);
    int tokens = logits.rows();
    int experts = logits.length(-1);
    long logitsAt = Operands.floats(logits, "logits");
    long p = Operands.rows(probabilities, "probabilities", tokens, experts);
    long mask = tokenMask == null ? 0 : Operands.ints(tokenMask, "tokenMask", tokens);
    long outAt = Operands.floats(out, "out", 3);
    int blocks = Partials.blocks(tokens);
    scratch.reserve(0, 24L * blocks);
    long sums = scratch.shared();
    threads.overRows(
        blocks,
        (ROW_COST + 4L * experts) * tokens / blocks,
        (from, to, thread) -> {
          for (long block = from; block < to; block++) {
            long sum = sums + 24 * block;
            OffHeap.clear(sum, 24);
            int last = Partials.start(tokens, blocks, block + 1);
            for (long t = Partials.start(tokens, blocks, block); t < last; t++) {
              if (mask == 0 || OffHeap.getInt(mask + 4 * t) != 0) {
                long row = 4 * t * experts;
                addFigures(logitsAt + row, p + row, experts, sum);
              }
            }
          }
        });
    for (int i = 0; i < 3; i++) {
      double total = 0;
      for (int block = 0; block < blocks; block++) {
        total += OffHeap.getDouble(sums + 24L * block + 8L * i);
      }
      OffHeap.setFloat(outAt + 4L * i, (float) total);
    }
  }

  /** Adds one token's entropy, squared log-sum-exp and largest probability. */
  private static void addFigures(long logits, long p, int n, long sums) {
    float max = Reductions.max(logits, n);
    double above = Math.log(Reductions.sumExp(logits, max, n));
    double logSumExp = max + above;
    add(sums, entropy(logits, p, max, (float) above, n));
    add(sums + 8, logSumExp * logSumExp);
    add(sums + 16, Reductions.max(p, n));
  }

  private static void add(long sum, double more) {
    OffHeap.setDouble(sum, OffHeap.getDouble(sum) + more);
  }

  /** Sum of -p log p, where -log p = (logSumExp - max) - (logit - max): nothing cancels. */
  private static float entropy(long logits, long p, float max, float above, int n) {
    FloatVector aboves = Lanes.all(above);
    FloatVector maxima = Lanes.all(max);
    FloatVector sum = Lanes.all(0f);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector minusLog = aboves.sub(Lanes.load(logits + 4L * i).sub(maxima));
      sum = Lanes.load(p + 4L * i).fma(minusLog, sum);
    }
    float rest = 0;
    for (int i = whole; i < n; i++) {
      rest += OffHeap.getFloat(p + 4L * i) * (above - (OffHeap.getFloat(logits + 4L * i) - max));
    }
    return Lanes.sum(sum) + rest;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#routerBackward}. */
  void routerBackward(
      RoutingPlan plan,
      Tensor logits,
      Tensor probabilities,
      Tensor expert,
      Tensor dGate,
      Tensor asked,
      Tensor tokenMask,
      Tensor balancing,
      double zLoss,
      Tensor dLogits) {
    int tokens = plan.tokens();
    int experts = plan.experts();
    long logitsAt = Operands.rows(logits, "logits", tokens, experts);
    long p = Operands.rows(probabilities, "probabilities", tokens, experts);
    long expertAt = Operands.ints(expert, "expert", tokens);
    long dGateAt = Operands.floats(dGate, "dGate", tokens);
    long askedAt = Operands.ints(asked, "asked", (long) plan.groups() * experts);
    long mask = tokenMask == null ? 0 : Operands.ints(tokenMask, "tokenMask", tokens);
    long balancingAt = Operands.floats(balancing, "balancing", plan.groups());
    long dLogitsAt = Operands.rows(dLogits, "dLogits", tokens, experts);
    threads.overRows(
        tokens,
        ROW_COST + 4L * experts,
        (from, to, thread) -> {
          for (long t = from; t < to; t++) {
            long row = 4 * t * experts;
            int e = Operands.indexOrNone(OffHeap.getInt(expertAt + 4 * t), experts, "expert", t);
            if (e < 0 || (mask != 0 && OffHeap.getInt(mask + 4 * t) == 0)) {
              OffHeap.clear(dLogitsAt + row, 4L * experts);
              continue;
            }
            float z =
                zLoss == 0 ? 0 : (float) (zLoss * Reductions.logSumExp(logitsAt + row, experts));
            long group = t / plan.groupSize();
            backwardRow(
                p + row,
                askedAt + 4 * group * experts,
                OffHeap.getFloat(balancingAt + 4 * group),
                e,
                OffHeap.getFloat(dGateAt + 4 * t),
                z,
                dLogitsAt + row,
                experts);
          }
        });
  }

  /** One row: d[i] = p[i] (balancing asked[i] + dGate [i = e] - sum_j p[j] dP[j] + z). */
  private static void backwardRow(
      long p, long asked, float balancing, int e, float dGate, float z, long d, int n) {
    float direct = OffHeap.getFloat(p + 4L * e) * dGate;
    float shift = z - (weightedSum(p, asked, n) * balancing + direct);
    FloatVector factors = Lanes.all(balancing);
    FloatVector shifts = Lanes.all(shift);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector counts = asFloats(asked + 4L * i);
      FloatVector inner = counts.fma(factors, shifts);
      Lanes.store(Lanes.load(p + 4L * i).mul(inner), d + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      float inner = Math.fma((float) OffHeap.getInt(asked + 4L * i), balancing, shift);
      OffHeap.setFloat(d + 4L * i, OffHeap.getFloat(p + 4L * i) * inner);
    }
    OffHeap.setFloat(d + 4L * e, OffHeap.getFloat(d + 4L * e) + direct);
  }

  private static float weightedSum(long p, long counts, int n) {
    FloatVector sum = Lanes.all(0f);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      sum = Lanes.load(p + 4L * i).fma(asFloats(counts + 4L * i), sum);
    }
    float rest = 0;
    for (int i = whole; i < n; i++) {
      rest += OffHeap.getFloat(p + 4L * i) * OffHeap.getInt(counts + 4L * i);
    }
    return Lanes.sum(sum) + rest;
  }

  private static FloatVector asFloats(long integers) {
    return (FloatVector)
        Lanes.loadInts(integers).convertShape(VectorOperators.I2F, Lanes.FLOATS, 0);
  }
}
