package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.NormalDistribution;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.tensor.Tensor;

/** The losses that spread the load over the experts, and their slopes. */
final class CpuRouterLosses {
  // The normal distribution of one logit costs about as much as so many elements.
  private static final int LOGIT_COST = 100;

  private final CpuThreads threads;

  CpuRouterLosses(CpuThreads threads) {
    this.threads = threads;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#balanceGradient}. */
  void balanceGradient(RoutingPlan plan, Tensor factor, Tensor count, Tensor out) {
    int experts = plan.experts();
    long factorAt = Operands.floats(factor, "factor", plan.groups());
    long countAt = Operands.ints(count, "count", plan.queues());
    long outAt = Operands.floats(out, "out", plan.queues());
    for (int i = 0; i < plan.queues(); i++) {
      float ofGroup = OffHeap.getFloat(factorAt + 4L * (i / experts));
      OffHeap.setFloat(outAt + 4L * i, ofGroup * OffHeap.getInt(countAt + 4L * i));
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#variationGradient}. */
  void variationGradient(
      RoutingPlan plan, Tensor sums, double coefficient, Tensor out, boolean accumulate) {
    int n = plan.experts();
    long sumsAt = Operands.floats(sums, "sums", plan.queues());
    long outAt = Operands.floats(out, "out", plan.queues());
    for (int g = 0; g < plan.groups(); g++) {
      long row = 4L * g * n;
      double mean = 0;
      double squares = 0;
      for (int e = 0; e < n; e++) {
        mean += OffHeap.getFloat(sumsAt + row + 4L * e) / n;
      }
      for (int e = 0; e < n; e++) {
        double above = OffHeap.getFloat(sumsAt + row + 4L * e) - mean;
        squares += above * above / n;
      }
      for (int e = 0; e < n; e++) {
        long at = outAt + row + 4L * e;
        double above = OffHeap.getFloat(sumsAt + row + 4L * e) - mean;
        double slope = mean == 0 ? 0 : 2 * (above - squares / mean) / (n * mean * mean);
        double before = accumulate ? OffHeap.getFloat(at) : 0;
        OffHeap.setFloat(at, (float) (before + coefficient / plan.groups() * slope));
      }
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#expectedLoad}. */
  void expectedLoad(
      RoutingPlan plan, Tensor logits, int top, double noise, Tensor tokenMask, Tensor out) {
    int n = plan.experts();
    long logitsAt = Operands.rows(logits, "logits", plan.tokens(), n);
    long mask = tokenMask == null ? 0 : Operands.ints(tokenMask, "tokenMask", plan.tokens());
    long outAt = Operands.floats(out, "out", plan.queues());
    threads.overRows(
        plan.groups(),
        (long) LOGIT_COST * plan.groupSize() * n,
        (from, to, thread) -> {
          for (long g = from; g < to; g++) {
            double[] load = new double[n];
            for (long t = g * plan.groupSize(); t < (g + 1) * plan.groupSize(); t++) {
              if (mask == 0 || OffHeap.getInt(mask + 4 * t) != 0) {
                addLoad(logitsAt + 4 * t * n, top, noise, load);
              }
            }
            for (int e = 0; e < n; e++) {
              OffHeap.setFloat(outAt + 4 * (g * n + e), (float) load[e]);
            }
          }
        });
  }

  private static void addLoad(long logits, int top, double noise, double[] load) {
    Thresholds of = Thresholds.of(logits, load.length, top);
    for (int e = 0; e < load.length; e++) {
      load[e] += of.isNone() ? 1 : NormalDistribution.below(of.above(logits, e) / noise);
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#expectedLoadBackward}. */
  void expectedLoadBackward(
      RoutingPlan plan,
      Tensor logits,
      int top,
      double noise,
      Tensor tokenMask,
      Tensor dLoad,
      Tensor dLogits) {
    int n = plan.experts();
    long logitsAt = Operands.rows(logits, "logits", plan.tokens(), n);
    long mask = tokenMask == null ? 0 : Operands.ints(tokenMask, "tokenMask", plan.tokens());
    long dLoadAt = Operands.floats(dLoad, "dLoad", plan.queues());
    long dLogitsAt = Operands.rows(dLogits, "dLogits", plan.tokens(), n);
    threads.overRows(
        plan.tokens(),
        (long) LOGIT_COST * n,
        (from, to, thread) -> {
          for (long t = from; t < to; t++) {
            Thresholds of = Thresholds.of(logitsAt + 4 * t * n, n, top);
            if (of.isNone() || (mask != 0 && OffHeap.getInt(mask + 4 * t) == 0)) {
              continue;
            }
            long slopes = dLoadAt + 4 * (t / plan.groupSize()) * n;
            for (int e = 0; e < n; e++) {
              double above = of.above(logitsAt + 4 * t * n, e);
              double slope = NormalDistribution.density(above / noise) / noise;
              slope *= OffHeap.getFloat(slopes + 4L * e);
              add(dLogitsAt + 4 * (t * n + e), slope);
              add(dLogitsAt + 4 * (t * n + of.against(e)), -slope);
            }
          }
        });
  }

  private static void add(long at, double more) {
    OffHeap.setFloat(at, (float) (OffHeap.getFloat(at) + more));
  }

  /**
   * Against whom a token's expert must win to be among the top: the last of them for an expert
   * outside, the best of the others for one inside.
   *
   * @param chosen whether an expert is among the top
   * @param last the last of the top
   * @param next the best of the others; -1 where all experts are among the top
   */
  private record Thresholds(boolean[] chosen, int last, int next) {
    static Thresholds of(long logits, int n, int top) {
      boolean[] chosen = new boolean[n];
      int last = -1;
      for (int j = 0; j < Math.min(top, n); j++) {
        last = best(logits, chosen);
        chosen[last] = true;
      }
      return new Thresholds(chosen, last, top >= n ? -1 : best(logits, chosen));
    }

    private static int best(long logits, boolean[] passed) {
      int best = -1;
      for (int e = 0; e < passed.length; e++) {
        boolean better =
            best < 0 || OffHeap.getFloat(logits + 4L * e) > OffHeap.getFloat(logits + 4L * best);
        best = !passed[e] && better ? e : best;
      }
      return best;
    }

    boolean isNone() {
      return next < 0;
    }

    int against(int e) {
      return chosen[e] ? next : last;
    }

    double above(long logits, int e) {
      return (double) OffHeap.getFloat(logits + 4L * e)
          - OffHeap.getFloat(logits + 4L * against(e));
    }
  }
}
