package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.NormalDistribution;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The losses that spread the load over the experts, and their slopes, in Java. */
final class Nd4jRouterLosses {
  private final ElementType type;

  Nd4jRouterLosses(ElementType type) {
    this.type = type;
  }

  void balanceGradient(RoutingPlan plan, Tensor factor, Tensor count, Tensor out) {
    Shapes.of("balanceGradient")
        .types(type, factor, out)
        .types(ElementType.INT32, count)
        .vector("factor", factor, plan.groups())
        .vector("count", count, plan.queues())
        .vector("out", out, plan.queues());
    HostWindow factors = HostWindow.of(factor);
    HostWindow counts = HostWindow.of(count);
    HostWindow to = HostWindow.of(out);
    for (int i = 0; i < plan.queues(); i++) {
      to.real(i, factors.real(i / plan.experts()) * counts.integer(i));
    }
    to.publish();
  }

  void variationGradient(
      RoutingPlan plan, Tensor sums, double coefficient, Tensor out, boolean accumulate) {
    Shapes.of("variationGradient")
        .types(type, sums, out)
        .vector("sums", sums, plan.queues())
        .vector("out", out, plan.queues());
    int n = plan.experts();
    HostWindow from = HostWindow.of(sums);
    HostWindow to = HostWindow.of(out);
    for (int g = 0; g < plan.groups(); g++) {
      int first = g * n;
      double mean =
          IntStream.range(first, first + n).mapToDouble(from::real).average().orElseThrow();
      double variance =
          IntStream.range(first, first + n)
              .mapToDouble(i -> (from.real(i) - mean) * (from.real(i) - mean))
              .average()
              .orElseThrow();
      double factor = mean == 0 ? 0 : 2 * coefficient / (plan.groups() * n * mean * mean);
      for (int i = first; i < first + n; i++) {
        double slope = mean == 0 ? 0 : factor * (from.real(i) - mean - variance / mean);
        to.real(i, slope + (accumulate ? to.real(i) : 0));
      }
    }
    to.publish();
  }

  void expectedLoad(
      RoutingPlan plan, Tensor logits, int top, double noise, Tensor tokenMask, Tensor out) {
    int n = plan.experts();
    Shapes.of("expectedLoad")
        .types(type, logits, out)
        .types(ElementType.INT32, tokenMask)
        .matrix("logits", logits, plan.tokens(), n)
        .vector("tokenMask", tokenMask, plan.tokens())
        .vector("out", out, plan.queues());
    HostWindow l = HostWindow.of(logits);
    HostWindow mask = tokenMask == null ? null : HostWindow.of(tokenMask);
    HostWindow to = HostWindow.of(out);
    double[] load = new double[plan.queues()];
    for (int t = 0; t < plan.tokens(); t++) {
      if (mask != null && mask.integer(t) == 0) {
        continue;
      }
      int[] order = falling(l, t, n);
      for (int place = 0; place < n; place++) {
        int e = order[place];
        double chance =
            top >= n
                ? 1
                : NormalDistribution.below(
                    (l.real((long) t * n + e) - l.real((long) t * n + rival(order, place, top)))
                        / noise);
        load[t / plan.groupSize() * n + e] += chance;
      }
    }
    for (int i = 0; i < load.length; i++) {
      to.real(i, load[i]);
    }
    to.publish();
  }

  /** The experts of a token by falling logit, the lowest index of equals first. */
  private static int[] falling(HostWindow logits, int token, int n) {
    return IntStream.range(0, n)
        .boxed()
        .sorted(Comparator.comparingDouble(e -> -logits.real((long) token * n + e)))
        .mapToInt(e -> e)
        .toArray();
  }

  /** Against whom the expert at a place must win: the first outside of the top, or its last. */
  private static int rival(int[] order, int place, int top) {
    return order[place < top ? top : top - 1];
  }

  void expectedLoadBackward(
      RoutingPlan plan,
      Tensor logits,
      int top,
      double noise,
      Tensor tokenMask,
      Tensor dLoad,
      Tensor dLogits) {
    int n = plan.experts();
    Shapes.of("expectedLoadBackward")
        .types(type, logits, dLoad, dLogits)
        .types(ElementType.INT32, tokenMask)
        .matrix("logits", logits, plan.tokens(), n)
        .matrix("dLogits", dLogits, plan.tokens(), n)
        .vector("tokenMask", tokenMask, plan.tokens())
        .vector("dLoad", dLoad, plan.queues());
    HostWindow l = HostWindow.of(logits);
    HostWindow mask = tokenMask == null ? null : HostWindow.of(tokenMask);
    HostWindow slopes = HostWindow.of(dLoad);
    HostWindow to = HostWindow.of(dLogits);
    for (int t = 0; t < plan.tokens() && top < n; t++) {
      if (mask != null && mask.integer(t) == 0) {
        continue;
      }
      int[] order = falling(l, t, n);
      long row = (long) t * n;
      for (int place = 0; place < n; place++) {
        int e = order[place];
        int rival = rival(order, place, top);
        double density =
            NormalDistribution.density((l.real(row + e) - l.real(row + rival)) / noise);
        double slope = density / noise * slopes.real((long) (t / plan.groupSize()) * n + e);
        to.real(row + e, to.real(row + e) + slope);
        to.real(row + rival, to.real(row + rival) - slope);
      }
    }
    to.publish();
  }
}
