package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/** The router: its softmax, its figures, and its gradient. */
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
      Tensor dProbability,
      Tensor slope,
      Tensor tokenMask,
      double zLoss,
      Tensor dLogits) {
    int tokens = plan.tokens();
    int experts = plan.experts();
    int k = plan.choices();
    long logitsAt = Operands.rows(logits, "logits", tokens, experts);
    long p = Operands.rows(probabilities, "probabilities", tokens, experts);
    long expertAt = Operands.ints(expert, "expert", plan.allChoices());
    long dProbabilityAt = Operands.floats(dProbability, "dProbability", plan.allChoices());
    long slopeAt = Operands.floats(slope, "slope", plan.queues());
    long mask = tokenMask == null ? 0 : Operands.ints(tokenMask, "tokenMask", tokens);
    long dLogitsAt = Operands.rows(dLogits, "dLogits", tokens, experts);
    threads.overRows(
        tokens,
        ROW_COST + 4L * experts,
        (from, to, thread) -> {
          for (long t = from; t < to; t++) {
            long row = 4 * t * experts;
            if (mask != 0 && OffHeap.getInt(mask + 4 * t) == 0) {
              OffHeap.clear(dLogitsAt + row, 4L * experts);
              continue;
            }
            float z =
                zLoss == 0 ? 0 : (float) (zLoss * Reductions.logSumExp(logitsAt + row, experts));
            backwardRow(
                p + row,
                slopeAt + 4 * (t / plan.groupSize()) * experts,
                expertAt + 4 * t * k,
                dProbabilityAt + 4 * t * k,
                k,
                z,
                dLogitsAt + row,
                experts);
          }
        });
  }

  /** One row: d[i] = p[i] (dP[i] - sum_j p[j] dP[j] + z), dP from the slopes and the choices. */
  private static void backwardRow(
      long p, long slope, long expert, long dProbability, int k, float z, long d, int n) {
    float direct = 0;
    for (int j = 0; j < k; j++) {
      int e = Operands.indexOrNone(OffHeap.getInt(expert + 4L * j), n, "expert", j);
      direct += e < 0 ? 0 : OffHeap.getFloat(p + 4L * e) * OffHeap.getFloat(dProbability + 4L * j);
    }
    float shift = z - (Reductions.dot(p, slope, n) + direct);
    FloatVector shifts = Lanes.all(shift);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector inner = Lanes.load(slope + 4L * i).add(shifts);
      Lanes.store(Lanes.load(p + 4L * i).mul(inner), d + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      float inner = OffHeap.getFloat(slope + 4L * i) + shift;
      OffHeap.setFloat(d + 4L * i, OffHeap.getFloat(p + 4L * i) * inner);
    }
    for (int j = 0; j < k; j++) {
      int e = OffHeap.getInt(expert + 4L * j);
      if (e >= 0) {
        float more = OffHeap.getFloat(p + 4L * e) * OffHeap.getFloat(dProbability + 4L * j);
        OffHeap.setFloat(d + 4L * e, OffHeap.getFloat(d + 4L * e) + more);
      }
    }
  }
}
