package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.RandomKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Routing as plain loops in double precision: what {@link RoutingOperations} says, word for word.
 */
final class ReferenceRouting {
  private ReferenceRouting() {}

  /** What tokens ask for and what they get; see {@link RoutingOperations}. */
  record Routes(
      int[] expert,
      double[] probability,
      int[] position,
      int[] slot,
      int[] slotChoice,
      int[] asked,
      int[] dropped) {

    static Routes none(RoutingPlan plan) {
      Routes routes =
          new Routes(
              new int[plan.allChoices()],
              new double[plan.allChoices()],
              new int[plan.allChoices()],
              new int[plan.allChoices()],
              new int[plan.slots()],
              new int[plan.queues()],
              new int[plan.groups()]);
      for (int[] none : List.of(routes.expert, routes.position, routes.slot, routes.slotChoice)) {
        Arrays.fill(none, -1);
      }
      return routes;
    }

    /** The choice takes the next place in its expert's queue; whether it has a slot. */
    private boolean ask(RoutingPlan plan, int choice) {
      int group = choice / plan.choices() / plan.groupSize();
      return take(plan, choice, asked[group * plan.experts() + expert[choice]]++);
    }

    private boolean take(RoutingPlan plan, int choice, int place) {
      int group = choice / plan.choices() / plan.groupSize();
      position[choice] = place;
      if (place >= plan.capacity()) {
        return false;
      }
      slot[choice] = (expert[choice] * plan.groups() + group) * plan.capacity() + place;
      slotChoice[slot[choice]] = choice;
      return true;
    }

    private Routes withDropped(RoutingPlan plan) {
      int k = plan.choices();
      for (int t = 0; t < plan.tokens(); t++) {
        boolean served = IntStream.range(t * k, (t + 1) * k).anyMatch(c -> slot[c] >= 0);
        dropped[t / plan.groupSize()] += expert[t * k] >= 0 && !served ? 1 : 0;
      }
      return this;
    }
  }

  private static boolean counts(int[] mask, int t) {
    return mask == null || mask[t] != 0;
  }

  /** Numbers from 0 on by falling value, the first of equals first. */
  private static int[] falling(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparing(i -> -values[i]))
        .mapToInt(i -> i)
        .toArray();
  }

  private static double[] row(double[] x, int row, int width) {
    return Arrays.copyOfRange(x, row * width, (row + 1) * width);
  }

  static double[] addGumbel(double[] logits, RandomKey key) {
    double[] out = new double[logits.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = logits[i] - Math.log(-Math.log(key.uniform(i) + Math.pow(2, -25)));
    }
    return out;
  }

  /** Experts and their probabilities; no places yet. */
  static Routes choose(RoutingPlan plan, double[] scores, double[] p, int[] mask) {
    Routes routes = Routes.none(plan);
    for (int t = 0; t < plan.tokens(); t++) {
      int[] order = falling(row(scores, t, plan.experts()));
      for (int j = 0; j < plan.choices() && counts(mask, t); j++) {
        routes.expert[t * plan.choices() + j] = order[j];
        routes.probability[t * plan.choices() + j] = p[t * plan.experts() + order[j]];
      }
    }
    return routes;
  }

  static double[] normalise(RoutingPlan plan, double[] probability) {
    double[] gate = new double[probability.length];
    for (int c = 0; c < gate.length; c++) {
      double[] own = row(probability, c / plan.choices(), plan.choices());
      gate[c] = probability[c] / (Arrays.stream(own).sum() + 1e-9);
    }
    return gate;
  }

  static int[] askSecond(RoutingPlan plan, double[] gate, double threshold, RandomKey key) {
    int[] asks = new int[2 * plan.tokens()];
    for (int t = 0; t < plan.tokens(); t++) {
      asks[2 * t] = 1;
      asks[2 * t + 1] = key.uniform(t) < Math.min(1, gate[2 * t + 1] / threshold) ? 1 : 0;
    }
    return asks;
  }

  /** Gives places to the choices in routes. */
  static Routes takePlaces(RoutingPlan plan, Routes routes, int[] asks, double[] priority) {
    for (int g = 0; g < plan.groups(); g++) {
      double[] first = new double[plan.groupSize()];
      for (int i = 0; i < first.length && priority != null; i++) {
        first[i] = priority[(g * plan.groupSize() + i) * plan.choices()];
      }
      int[] order = falling(first); // all 0 without priorities: their own order
      for (int j = 0; j < plan.choices(); j++) {
        for (int i : order) {
          int choice = (g * plan.groupSize() + i) * plan.choices() + j;
          if (routes.expert[choice] >= 0 && (asks == null || asks[choice] != 0)) {
            routes.ask(plan, choice);
          }
        }
      }
    }
    return routes.withDropped(plan);
  }

  static Routes takePlacesUntilServed(RoutingPlan plan, Routes routes) {
    List<Integer> left = IntStream.range(0, plan.tokens()).boxed().toList();
    for (int j = 0; j < plan.choices(); j++) {
      List<Integer> dropped = new ArrayList<>();
      for (int t : left) {
        int choice = t * plan.choices() + j;
        if (routes.expert[choice] >= 0 && !routes.ask(plan, choice)) {
          dropped.add(t);
        }
      }
      left = dropped;
    }
    return routes.withDropped(plan);
  }

  static Routes chooseTokens(RoutingPlan plan, double[] p, int[] mask) {
    Routes routes = Routes.none(plan);
    int n = plan.experts();
    for (int t = 0; t < plan.tokens(); t++) {
      if (!counts(mask, t)) {
        continue;
      }
      int group = t / plan.groupSize();
      int[] liked = falling(row(p, t, n));
      routes.asked[group * n + liked[0]]++;
      int j = 0;
      for (int e : liked) {
        if (rank(plan, p, mask, t, e) < plan.capacity()) {
          routes.expert[t * n + j] = e;
          routes.take(plan, t * n + j++, rank(plan, p, mask, t, e));
        }
      }
      if (j == 0) {
        routes.expert[t * n] = liked[0];
        routes.take(plan, t * n, rank(plan, p, mask, t, liked[0]));
      }
      for (int i = 0; i < Math.max(1, j); i++) {
        routes.probability[t * n + i] = p[t * n + routes.expert[t * n + i]];
      }
    }
    return routes.withDropped(plan);
  }

  /** How many tokens of the group the expert prefers. */
  private static int rank(RoutingPlan plan, double[] p, int[] mask, int t, int e) {
    int n = plan.experts();
    int first = t / plan.groupSize() * plan.groupSize();
    return (int)
        IntStream.range(first, first + plan.groupSize())
            .filter(u -> counts(mask, u))
            .filter(u -> p[u * n + e] > p[t * n + e] || (p[u * n + e] == p[t * n + e] && u < t))
            .count();
  }

  static int[] countChoices(RoutingPlan plan, int[] expert, int first) {
    int[] count = new int[plan.queues()];
    for (int c = 0; c < expert.length; c++) {
      if (c % plan.choices() < first && expert[c] >= 0) {
        count[c / plan.choices() / plan.groupSize() * plan.experts() + expert[c]]++;
      }
    }
    return count;
  }

  /** Rows of x by choice. */
  static double[] dispatch(double[] x, int[] slotChoice, int choices, int width) {
    int[] token = Arrays.stream(slotChoice).map(c -> c < 0 ? -1 : c / choices).toArray();
    return Reference.gather(x, token, null, width);
  }

  /** Sums over a token's choices of factor * rows; factor null for 1. */
  static double[] combine(double[] rows, int[] slot, double[] factor, int choices, int width) {
    double[] ofChoices = Reference.gather(rows, slot, factor, width);
    double[] out = new double[ofChoices.length / choices];
    for (int i = 0; i < ofChoices.length; i++) {
      out[i / width / choices * width + i % width] += ofChoices[i];
    }
    return out;
  }

  static double[] expectedLoad(
      RoutingPlan plan, double[] logits, int top, double noise, int[] mask) {
    int n = plan.experts();
    double[] load = new double[plan.queues()];
    for (int t = 0; t < plan.tokens(); t++) {
      for (int e = 0; e < n && counts(mask, t); e++) {
        double[] others = row(logits, t, n);
        others[e] = Double.NEGATIVE_INFINITY;
        Arrays.sort(others);
        double threshold = others[n - top];
        load[t / plan.groupSize() * n + e] +=
            NormalDistribution.below((logits[t * n + e] - threshold) / noise);
      }
    }
    return load;
  }

  /** Mean over groups of variance over squared mean. */
  static double variation(RoutingPlan plan, double[] sums) {
    double loss = 0;
    for (int g = 0; g < plan.groups(); g++) {
      double[] own = row(sums, g, plan.experts());
      double mean = Arrays.stream(own).average().orElseThrow();
      double variance =
          Arrays.stream(own).map(s -> (s - mean) * (s - mean)).average().orElseThrow();
      loss += mean == 0 ? 0 : variance / (mean * mean) / plan.groups();
    }
    return loss;
  }

  /**
   * What {@link RoutingOperations#routerBackward} differentiates: the slopes' and choices' share of
   * the probabilities, and the z-loss.
   */
  static double routerLoss(
      RoutingPlan plan,
      double[] logits,
      int[] expert,
      double[] dProbability,
      double[] slope,
      int[] mask,
      double zLoss) {
    int n = plan.experts();
    double[] p = Reference.softmax(logits, n);
    double sum = 0;
    for (int t = 0; t < plan.tokens(); t++) {
      if (!counts(mask, t)) {
        continue;
      }
      for (int e = 0; e < n; e++) {
        sum += slope[t / plan.groupSize() * n + e] * p[t * n + e];
      }
      for (int c = t * plan.choices(); c < (t + 1) * plan.choices(); c++) {
        sum += expert[c] < 0 ? 0 : dProbability[c] * p[t * n + expert[c]];
      }
      sum += zLoss / 2 * Math.pow(Reference.logSumExp(logits, t * n, n), 2);
    }
    return sum;
  }
}
