package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Places in the experts' queues, in Java: they are loops by nature. */
final class Nd4jPlaces {
  private final ElementType type;

  Nd4jPlaces(ElementType type) {
    this.type = type;
  }

  /** What the operations read and write. */
  private record Queues(
      RoutingPlan plan,
      HostWindow expert,
      HostWindow position,
      HostWindow slot,
      HostWindow slotChoice,
      HostWindow asked,
      HostWindow dropped) {

    static Queues of(
        String operation,
        RoutingPlan plan,
        Tensor expert,
        Tensor position,
        Tensor slot,
        Tensor slotChoice,
        Tensor asked,
        Tensor dropped) {
      Shapes.of(operation)
          .types(ElementType.INT32, expert, position, slot, slotChoice, asked, dropped)
          .vector("expert", expert, plan.allChoices())
          .vector("position", position, plan.allChoices())
          .vector("slot", slot, plan.allChoices())
          .vector("slotChoice", slotChoice, plan.slots())
          .vector("asked", asked, plan.queues())
          .vector("dropped", dropped, plan.groups());
      Queues queues =
          new Queues(
              plan,
              HostWindow.of(expert),
              HostWindow.of(position),
              HostWindow.of(slot),
              HostWindow.of(slotChoice),
              HostWindow.of(asked),
              HostWindow.of(dropped));
      queues.position.segment().fill((byte) -1); // every INT32 becomes -1
      queues.slot.segment().fill((byte) -1);
      queues.slotChoice.segment().fill((byte) -1);
      queues.asked.segment().fill((byte) 0);
      return queues;
    }

    int ask(int group, int e) {
      long queue = (long) group * plan.experts() + e;
      int place = asked.integer(queue);
      asked.integer(queue, place + 1);
      return place;
    }

    /** The choice has this place in its expert's queue; whether that is a slot. */
    boolean take(int group, int e, int place, long choice) {
      position.integer(choice, place);
      if (place >= plan.capacity()) {
        return false;
      }
      slot.integer(choice, plan.slot(e, group, place));
      slotChoice.integer(plan.slot(e, group, place), Math.toIntExact(choice));
      return true;
    }

    void publish() {
      int k = plan.choices();
      for (int g = 0; g < plan.groups(); g++) {
        int count = 0;
        for (int t = g * plan.groupSize(); t < (g + 1) * plan.groupSize(); t++) {
          long first = (long) t * k;
          boolean served = IntStream.range(0, k).anyMatch(j -> slot.integer(first + j) >= 0);
          count += expert.integer(first) >= 0 && !served ? 1 : 0;
        }
        dropped.integer(g, count);
      }
      List.of(expert, position, slot, slotChoice, asked, dropped).forEach(HostWindow::publish);
    }
  }

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
    Shapes.of("takePlaces")
        .types(ElementType.INT32, asks)
        .types(type, priority)
        .vector("asks", asks, plan.allChoices())
        .vector("priority", priority, plan.allChoices());
    Queues queues =
        Queues.of("takePlaces", plan, expert, position, slot, slotChoice, asked, dropped);
    HostWindow asking = asks == null ? null : HostWindow.of(asks);
    HostWindow before = priority == null ? null : HostWindow.of(priority);
    for (int g = 0; g < plan.groups(); g++) {
      int[] tokens = IntStream.range(g * plan.groupSize(), (g + 1) * plan.groupSize()).toArray();
      int[] order =
          before == null ? tokens : falling(tokens, t -> before.real((long) t * plan.choices()));
      for (int j = 0; j < plan.choices(); j++) {
        for (int t : order) {
          long choice = (long) t * plan.choices() + j;
          int e = queues.expert.integer(choice);
          if (e >= 0 && (asking == null || asking.integer(choice) != 0)) {
            queues.take(g, e, queues.ask(g, e), choice);
          }
        }
      }
    }
    queues.publish();
  }

  /** The same numbers by falling value; those of one value stay in order. */
  private static int[] falling(int[] numbers, IntToDoubleFunction value) {
    return IntStream.of(numbers)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -value.applyAsDouble(i)))
        .mapToInt(i -> i)
        .toArray();
  }

  void takePlacesUntilServed(
      RoutingPlan plan,
      Tensor expert,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    Queues queues =
        Queues.of(
            "takePlacesUntilServed", plan, expert, position, slot, slotChoice, asked, dropped);
    boolean[] served = new boolean[plan.tokens()];
    for (int j = 0; j < plan.choices(); j++) {
      for (int t = 0; t < plan.tokens(); t++) {
        long choice = (long) t * plan.choices() + j;
        int e = queues.expert.integer(choice);
        if (e >= 0 && !served[t]) {
          int g = t / plan.groupSize();
          served[t] = queues.take(g, e, queues.ask(g, e), choice);
        }
      }
    }
    queues.publish();
  }

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
    Shapes.of("chooseTokens")
        .types(type, probabilities, probability)
        .types(ElementType.INT32, tokenMask)
        .require(plan.choices() == experts, "as many choices as experts", expert)
        .matrix("probabilities", probabilities, plan.tokens(), experts)
        .vector("probability", probability, plan.allChoices())
        .vector("tokenMask", tokenMask, plan.tokens());
    Queues queues =
        Queues.of("chooseTokens", plan, expert, position, slot, slotChoice, asked, dropped);
    HostWindow p = HostWindow.of(probabilities);
    HostWindow mask = tokenMask == null ? null : HostWindow.of(tokenMask);
    HostWindow chosen = HostWindow.of(probability);
    queues.expert.segment().fill((byte) -1);
    chosen.segment().fill((byte) 0);
    for (int g = 0; g < plan.groups(); g++) {
      int[] routed =
          IntStream.range(g * plan.groupSize(), (g + 1) * plan.groupSize())
              .filter(t -> mask == null || mask.integer(t) != 0)
              .toArray();
      int[][] ranks = new int[experts][plan.tokens()];
      for (int e = 0; e < experts; e++) {
        int column = e;
        int[] order = falling(routed, t -> p.real((long) t * experts + column));
        for (int rank = 0; rank < order.length; rank++) {
          ranks[e][order[rank]] = rank;
        }
      }
      for (int t : routed) {
        takeFrom(queues, g, t, p, e -> ranks[e][t], chosen);
      }
    }
    chosen.publish();
    queues.publish();
  }

  /** One token's choices: the experts that took it, or the one that it would have liked. */
  private static void takeFrom(
      Queues queues, int group, int t, HostWindow p, IntUnaryOperator rank, HostWindow chosen) {
    int experts = queues.plan.experts();
    long row = (long) t * experts;
    int[] liked = falling(IntStream.range(0, experts).toArray(), e -> p.real(row + e));
    queues.ask(group, liked[0]);
    int[] takers =
        IntStream.of(liked).filter(e -> rank.applyAsInt(e) < queues.plan.capacity()).toArray();
    int[] choices = takers.length == 0 ? new int[] {liked[0]} : takers;
    for (int j = 0; j < choices.length; j++) {
      queues.expert.integer(row + j, choices[j]);
      chosen.real(row + j, p.real(row + choices[j]));
      queues.take(group, choices[j], rank.applyAsInt(choices[j]), row + j);
    }
  }
}
