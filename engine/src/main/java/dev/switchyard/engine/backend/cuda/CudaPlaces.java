package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;

/**
 * Places in the experts' queues, without a trip to the host. Methods as in {@link CudaElements}.
 */
final class CudaPlaces {
  private static final int WARP = 32;
  private static final int MOST_WARPS = 16;
  // Counters that the warps of a block keep in shared memory.
  private static final int COUNTERS = 8192;
  private static final int ORDER_BLOCK = 256;
  private static final int RANK_TILE = 32;
  private static final int RANK_ROWS = 8;

  private final CudaWork work;

  /** What all ways of queueing write. */
  record Queues(Tensor position, Tensor slot, Tensor slotChoice, Tensor asked, Tensor dropped) {
    void check(String operation, RoutingPlan plan, Tensor expert) {
      Shapes.of(operation)
          .vector("expert", expert, plan.allChoices())
          .vector("position", position, plan.allChoices())
          .vector("slot", slot, plan.allChoices())
          .vector("slotChoice", slotChoice, plan.slots())
          .vector("asked", asked, plan.queues())
          .vector("dropped", dropped, plan.groups())
          .types(ElementType.INT32, expert, position, slot, slotChoice, asked, dropped);
    }
  }

  CudaPlaces(CudaWork work) {
    this.work = work;
  }

  boolean takePlaces(RoutingPlan plan, Tensor expert, Tensor asks, Tensor priority, Queues queues) {
    queues.check("takePlaces", plan, expert);
    Shapes.of("takePlaces")
        .vector("asks", asks, plan.allChoices())
        .vector("priority", priority, plan.allChoices())
        .types(ElementType.INT32, asks);
    boolean served = priority == null || CudaWork.areOneReal(priority);
    if (served && plan.groups() > 0) {
      long order = priority == null ? 0L : order(plan, priority);
      launch(plan, expert, work.inOrNone(asks), order, queues, 0);
    }
    return served;
  }

  private long order(RoutingPlan plan, Tensor priority) {
    long order = work.scratch(4L * plan.tokens());
    if (plan.groupSize() > 0) {
      work.launch(
          "priority_order_" + CudaWork.suffix(priority),
          Grid.of(Math.ceilDiv(plan.groupSize(), ORDER_BLOCK), plan.groups()),
          work.in(priority),
          order,
          plan.groups(),
          plan.groupSize(),
          plan.choices());
    }
    return order;
  }

  void takePlacesUntilServed(RoutingPlan plan, Tensor expert, Queues queues) {
    queues.check("takePlacesUntilServed", plan, expert);
    if (plan.groups() > 0) {
      launch(plan, expert, 0L, 0L, queues, 1);
    }
  }

  private void launch(
      RoutingPlan plan, Tensor expert, long asks, long order, Queues queues, int untilServed) {
    int warps =
        Math.max(
            1,
            Math.min(
                Math.min(MOST_WARPS, COUNTERS / plan.experts()),
                Math.ceilDiv(plan.groupSize(), WARP)));
    work.launch(
        "take_places",
        Grid.of(plan.groups(), 1, 1, WARP * warps).withShared(4 * plan.experts() * (warps + 1)),
        work.in(expert),
        asks,
        order,
        work.out(queues.position()),
        work.out(queues.slot()),
        work.out(queues.slotChoice()),
        work.out(queues.asked()),
        work.out(queues.dropped()),
        plan.groups(),
        plan.groupSize(),
        plan.experts(),
        plan.choices(),
        plan.capacity(),
        untilServed);
  }

  boolean chooseTokens(
      RoutingPlan plan,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability,
      Queues queues) {
    queues.check("chooseTokens", plan, expert);
    Shapes.of("chooseTokens")
        .require(
            plan.choices() == plan.experts(), "as many choices as experts", expert, probability)
        .matrix("probabilities", probabilities, plan.tokens(), plan.experts())
        .vector("probability", probability, plan.allChoices())
        .vector("tokenMask", tokenMask, plan.tokens())
        .types(ElementType.INT32, tokenMask);
    boolean served = CudaWork.areOneReal(probabilities, probability);
    if (served && plan.tokens() > 0) {
      String suffix = CudaWork.suffix(probabilities);
      long rank = work.scratch(4L * plan.allChoices());
      Grid tiles =
          new Grid(
              Math.ceilDiv(plan.groupSize(), RANK_TILE),
              Math.ceilDiv(plan.experts(), RANK_TILE),
              plan.groups(),
              RANK_TILE,
              RANK_ROWS,
              0);
      work.launch(
          "token_ranks_" + suffix,
          tiles,
          work.in(probabilities),
          work.inOrNone(tokenMask),
          rank,
          work.out(queues.slotChoice()),
          work.out(queues.asked()),
          work.out(queues.dropped()),
          plan.groups(),
          plan.groupSize(),
          plan.experts(),
          plan.slots());
      work.launch(
          "choose_tokens_" + suffix,
          Grid.rows(plan.tokens()),
          work.in(probabilities),
          work.inOrNone(tokenMask),
          rank,
          work.out(expert),
          work.out(probability),
          work.out(queues.position()),
          work.out(queues.slot()),
          work.out(queues.slotChoice()),
          work.out(queues.asked()),
          work.out(queues.dropped()),
          plan.groups(),
          plan.groupSize(),
          plan.experts(),
          plan.capacity());
    }
    return served;
  }

  void packSlots(RoutingPlan plan, Tensor slot, Tensor slotChoice, Tensor used) {
    Shapes.of("packSlots")
        .vector("slot", slot, plan.allChoices())
        .vector("slotChoice", slotChoice, plan.slots())
        .vector("used", used, plan.experts())
        .types(ElementType.INT32, slot, slotChoice, used);
    if (plan.experts() > 0) {
      work.launch(
          "pack_slots",
          Grid.of(plan.experts()),
          work.out(slot),
          work.out(slotChoice),
          work.out(used),
          plan.slotsPerExpert());
    }
  }
}
