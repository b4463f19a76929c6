package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.tensor.Tensor;
import java.util.stream.IntStream;

/** Places in the experts' queues, group by group. */
final class CpuPlaces {
  private final CpuThreads threads;

  CpuPlaces(CpuThreads threads) {
    this.threads = threads;
  }

  /** Addresses of what the operations read and write; 0 where there is none. */
  private record Queues(
      RoutingPlan plan, long expert, long position, long slot, long slotChoice, long asked) {

    static Queues of(
        RoutingPlan plan,
        Tensor expert,
        Tensor position,
        Tensor slot,
        Tensor slotChoice,
        Tensor asked) {
      return new Queues(
          plan,
          Operands.ints(expert, "expert", plan.allChoices()),
          Operands.ints(position, "position", plan.allChoices()),
          Operands.ints(slot, "slot", plan.allChoices()),
          Operands.ints(slotChoice, "slotChoice", plan.slots()),
          Operands.ints(asked, "asked", plan.queues()));
    }

    void clear() {
      OffHeap.fill(slotChoice, 4L * plan.slots(), -1);
      OffHeap.clear(asked, 4L * plan.queues());
    }

    /** The choice's expert; -1 where there is none. */
    int expertOf(long choice) {
      return Operands.indexOrNone(
          OffHeap.getInt(expert + 4 * choice), plan.experts(), "expert", choice);
    }

    /** The choice joins its expert's queue; whether it has a slot there. */
    boolean join(int group, int e, long choice) {
      long queue = asked + 4L * (group * plan.experts() + e);
      int place = OffHeap.getInt(queue);
      OffHeap.setInt(queue, place + 1);
      return take(group, e, place, choice);
    }

    /** The choice has this place in its expert's queue; whether that is a slot. */
    boolean take(int group, int e, int place, long choice) {
      OffHeap.setInt(position + 4 * choice, place);
      boolean served = place < plan.capacity();
      int s = served ? plan.slot(e, group, place) : -1;
      OffHeap.setInt(slot + 4 * choice, s);
      if (served) {
        OffHeap.setInt(slotChoice + 4L * s, Math.toIntExact(choice));
      }
      return served;
    }

    void stayAway(long choice) {
      OffHeap.setInt(position + 4 * choice, -1);
      OffHeap.setInt(slot + 4 * choice, -1);
    }

    /** Tokens of the group with a choice and without a slot. */
    int dropped(int group) {
      int k = plan.choices();
      int dropped = 0;
      for (long t = (long) group * plan.groupSize(); t < (group + 1L) * plan.groupSize(); t++) {
        boolean served = OffHeap.getInt(expert + 4 * t * k) < 0;
        for (long choice = t * k; choice < (t + 1) * k && !served; choice++) {
          served = OffHeap.getInt(slot + 4 * choice) >= 0;
        }
        dropped += served ? 0 : 1;
      }
      return dropped;
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#takePlaces}. */
  void takePlaces(
      RoutingPlan plan,
      Tensor expert,
      Tensor asks,
      Tensor priority,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    int k = plan.choices();
    Queues queues = Queues.of(plan, expert, position, slot, slotChoice, asked);
    long asksAt = asks == null ? 0 : Operands.ints(asks, "asks", plan.allChoices());
    long priorityAt =
        priority == null ? 0 : Operands.floats(priority, "priority", plan.allChoices());
    long droppedAt = Operands.ints(dropped, "dropped", plan.groups());
    queues.clear();
    threads.overRows(
        plan.groups(),
        4L * plan.groupSize() * k,
        (from, to, thread) -> {
          for (int g = (int) from; g < to; g++) {
            int[] order = priorityAt == 0 ? null : inOrder(priorityAt, plan, g);
            for (int j = 0; j < k; j++) {
              for (int i = 0; i < plan.groupSize(); i++) {
                long t = order == null ? (long) g * plan.groupSize() + i : order[i];
                long choice = t * k + j;
                int e = queues.expertOf(choice);
                if (e >= 0 && (asksAt == 0 || OffHeap.getInt(asksAt + 4 * choice) != 0)) {
                  queues.join(g, e, choice);
                } else {
                  queues.stayAway(choice);
                }
              }
            }
            OffHeap.setInt(droppedAt + 4L * g, queues.dropped(g));
          }
        });
  }

  /** A group's tokens in falling order of priority. */
  private static int[] inOrder(long priority, RoutingPlan plan, int group) {
    return IntStream.range(group * plan.groupSize(), (group + 1) * plan.groupSize())
        .mapToObj(t -> new Ranked(OffHeap.getFloat(priority + 4L * t * plan.choices()), t))
        .sorted()
        .mapToInt(Ranked::index)
        .toArray();
  }

  /** Orders by falling value, then by rising index. */
  private record Ranked(float value, int index) implements Comparable<Ranked> {
    @Override
    public int compareTo(Ranked other) {
      int falling = Float.compare(other.value, value);
      return falling != 0 ? falling : Integer.compare(index, other.index);
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#takePlacesUntilServed}. */
  void takePlacesUntilServed(
      RoutingPlan plan,
      Tensor expert,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    int k = plan.choices();
    Queues queues = Queues.of(plan, expert, position, slot, slotChoice, asked);
    long droppedAt = Operands.ints(dropped, "dropped", plan.groups());
    queues.clear();
    threads.overRows(
        plan.groups(),
        4L * plan.groupSize() * k,
        (from, to, thread) -> {
          for (int g = (int) from; g < to; g++) {
            boolean[] served = new boolean[plan.groupSize()];
            for (int j = 0; j < k; j++) {
              for (int i = 0; i < plan.groupSize(); i++) {
                long choice = ((long) g * plan.groupSize() + i) * k + j;
                int e = queues.expertOf(choice);
                if (e >= 0 && !served[i]) {
                  served[i] = queues.join(g, e, choice);
                } else {
                  queues.stayAway(choice);
                }
              }
            }
            OffHeap.setInt(droppedAt + 4L * g, queues.dropped(g));
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#chooseTokens}. */
  void chooseTokens(
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
    int experts = plan.experts();
    if (plan.choices() != experts) {
      throw new IllegalArgumentException("chooseTokens needs as many choices as experts: " + plan);
    }
    Queues queues = Queues.of(plan, expert, position, slot, slotChoice, asked);
    long p = Operands.rows(probabilities, "probabilities", plan.tokens(), experts);
    long chosen = Operands.floats(probability, "probability", plan.allChoices());
    long mask = tokenMask == null ? 0 : Operands.ints(tokenMask, "tokenMask", plan.tokens());
    long droppedAt = Operands.ints(dropped, "dropped", plan.groups());
    queues.clear();
    OffHeap.fill(queues.expert(), 4L * plan.allChoices(), -1);
    OffHeap.fill(queues.position(), 4L * plan.allChoices(), -1);
    OffHeap.fill(queues.slot(), 4L * plan.allChoices(), -1);
    OffHeap.clear(chosen, 4L * plan.allChoices());
    threads.overRows(
        plan.groups(),
        16L * plan.groupSize() * experts,
        (from, to, thread) -> {
          for (int g = (int) from; g < to; g++) {
            int[][] ranks = ranks(plan, g, p, mask);
            for (int i = 0; i < plan.groupSize(); i++) {
              int t = g * plan.groupSize() + i;
              if (mask == 0 || OffHeap.getInt(mask + 4L * t) != 0) {
                takeFrom(queues, g, t, ranks, i, p + 4L * t * experts, chosen);
              }
            }
            OffHeap.setInt(droppedAt + 4L * g, queues.dropped(g));
          }
        });
  }

  /** Each routed token's rank at each expert: [expert][token of the group]. */
  private static int[][] ranks(RoutingPlan plan, int group, long p, long mask) {
    int size = plan.groupSize();
    int experts = plan.experts();
    int[] routed =
        IntStream.range(0, size)
            .filter(i -> mask == 0 || OffHeap.getInt(mask + 4L * (group * size + i)) != 0)
            .toArray();
    int[][] ranks = new int[experts][size];
    for (int e = 0; e < experts; e++) {
      long column = p + 4L * ((long) group * size * experts + e);
      int[] order =
          IntStream.of(routed)
              .mapToObj(i -> new Ranked(OffHeap.getFloat(column + 4L * i * experts), i))
              .sorted()
              .mapToInt(Ranked::index)
              .toArray();
      for (int rank = 0; rank < order.length; rank++) {
        ranks[e][order[rank]] = rank;
      }
    }
    return ranks;
  }

  /** One token's choices: the experts that took it, or the one that it would have liked. */
  private static void takeFrom(
      Queues queues, int group, int t, int[][] ranks, int i, long row, long chosen) {
    RoutingPlan plan = queues.plan();
    int experts = plan.experts();
    int best = CpuChoices.indexOfMax(row, experts);
    long queue = queues.asked() + 4L * (group * experts + best);
    OffHeap.setInt(queue, OffHeap.getInt(queue) + 1);
    int[] takers =
        IntStream.range(0, experts)
            .filter(e -> ranks[e][i] < plan.capacity())
            .mapToObj(e -> new Ranked(OffHeap.getFloat(row + 4L * e), e))
            .sorted()
            .mapToInt(Ranked::index)
            .toArray();
    int[] choices = takers.length == 0 ? new int[] {best} : takers;
    for (int j = 0; j < choices.length; j++) {
      long choice = (long) t * experts + j;
      int e = choices[j];
      OffHeap.setInt(queues.expert() + 4 * choice, e);
      OffHeap.setFloat(chosen + 4 * choice, OffHeap.getFloat(row + 4L * e));
      queues.take(group, e, ranks[e][i], choice);
    }
  }
}
