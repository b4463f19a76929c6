package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.tensor.Tensor;

/** Tokens to the experts' slots and back. */
final class CpuSlots {
  private final CpuThreads threads;

  CpuSlots(CpuThreads threads) {
    this.threads = threads;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#packSlots}. */
  void packSlots(RoutingPlan plan, Tensor slot, Tensor slotChoice, Tensor used) {
    int choices = Math.toIntExact(slot.size());
    long slotAt = Operands.ints(slot, "slot", plan.allChoices());
    long slotChoiceAt = Operands.ints(slotChoice, "slotChoice", plan.slots());
    long usedAt = Operands.ints(used, "used", plan.experts());
    threads.overRows(
        plan.experts(),
        2L * plan.slotsPerExpert(),
        (from, to, thread) -> {
          for (long e = from; e < to; e++) {
            long first = e * plan.slotsPerExpert();
            long next = first;
            for (long s = first; s < first + plan.slotsPerExpert(); s++) {
              int choice = at(slotChoiceAt, s, choices, "slotChoice");
              if (choice >= 0) {
                OffHeap.setInt(slotChoiceAt + 4 * s, -1);
                OffHeap.setInt(slotChoiceAt + 4 * next, choice);
                OffHeap.setInt(slotAt + 4L * choice, (int) next);
                next++;
              }
            }
            OffHeap.setInt(usedAt + 4 * e, (int) (next - first));
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#dispatch}. */
  void dispatch(Tensor x, Tensor slotChoice, int choices, Tensor out) {
    Operands.rankAtLeast(x, "x", 1);
    int allChoices = x.rows() * choices;
    int d = x.length(-1);
    int slots = Math.toIntExact(slotChoice.size());
    long xAt = Operands.floats(x, "x");
    long slotChoiceAt = Operands.ints(slotChoice, "slotChoice", slots);
    long outAt = Operands.rows(out, "out", slots, d);
    threads.overRows(
        slots,
        d,
        (from, to, thread) -> {
          for (long s = from; s < to; s++) {
            int choice = at(slotChoiceAt, s, allChoices, "slotChoice");
            long row = outAt + 4 * s * d;
            if (choice < 0) {
              OffHeap.clear(row, 4L * d);
            } else {
              OffHeap.copy(xAt + 4L * (choice / choices) * d, row, 4L * d);
            }
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#dispatchBackward}. */
  void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    Operands.rankAtLeast(dDispatched, "dDispatched", 1);
    int slots = dDispatched.rows();
    int d = dDispatched.length(-1);
    int tokens = dX.rows();
    int k = choices(slot, tokens);
    long dDispatchedAt = Operands.floats(dDispatched, "dDispatched");
    long slotAt = Operands.ints(slot, "slot", (long) tokens * k);
    long dXAt = Operands.rows(dX, "dX", tokens, d);
    threads.overRows(
        tokens,
        (long) d * k,
        (from, to, thread) -> {
          for (long choice = from * k; choice < to * k; choice++) {
            int s = at(slotAt, choice, slots, "slot");
            if (s >= 0) {
              CpuElements.add(dDispatchedAt + 4L * s * d, dXAt + 4 * (choice / k) * d, d);
            }
          }
        });
  }

  /** Choices of a token, where there is a slot for each. */
  private static int choices(Tensor slot, int tokens) {
    if (slot.size() == 0 || slot.size() % tokens != 0) {
      throw new IllegalArgumentException(
          "slot should have some elements for each of " + tokens + " tokens, but is " + slot);
    }
    return Math.toIntExact(slot.size() / tokens);
  }

  /** See {@link dev.switchyard.engine.backend.Backend#combine}. */
  void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    Operands.rankAtLeast(expertOut, "expertOut", 1);
    int slots = expertOut.rows();
    int d = expertOut.length(-1);
    int tokens = out.rows();
    int k = choices(slot, tokens);
    long expertOutAt = Operands.floats(expertOut, "expertOut");
    long slotAt = Operands.ints(slot, "slot", (long) tokens * k);
    long gateAt = Operands.floats(gate, "gate", (long) tokens * k);
    long outAt = Operands.rows(out, "out", tokens, d);
    threads.overRows(
        tokens,
        (long) d * k,
        (from, to, thread) -> {
          for (long t = from; t < to; t++) {
            int s = at(slotAt, t * k, slots, "slot");
            scaleOrClear(s, expertOutAt, gateAt + 4 * t * k, outAt + 4 * t * d, d);
            for (long choice = t * k + 1; choice < (t + 1) * k; choice++) {
              s = at(slotAt, choice, slots, "slot");
              if (s >= 0) {
                float factor = OffHeap.getFloat(gateAt + 4 * choice);
                CpuElements.addScaled(expertOutAt + 4L * s * d, factor, outAt + 4 * t * d, d);
              }
            }
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#combineBackward}. */
  void combineBackward(
      Tensor dOut,
      Tensor expertOut,
      Tensor slot,
      Tensor slotChoice,
      Tensor gate,
      Tensor dExpertOut,
      Tensor dGate) {
    Operands.rankAtLeast(expertOut, "expertOut", 1);
    int slots = expertOut.rows();
    int d = expertOut.length(-1);
    int tokens = dOut.rows();
    int k = choices(slot, tokens);
    int allChoices = tokens * k;
    long dOutAt = Operands.rows(dOut, "dOut", tokens, d);
    long expertOutAt = Operands.floats(expertOut, "expertOut");
    long slotAt = Operands.ints(slot, "slot", allChoices);
    long slotChoiceAt = Operands.ints(slotChoice, "slotChoice", slots);
    long gateAt = Operands.floats(gate, "gate", allChoices);
    long dExpertOutAt = Operands.rows(dExpertOut, "dExpertOut", slots, d);
    long dGateAt = Operands.floats(dGate, "dGate", allChoices);
    threads.overRows(
        slots,
        d,
        (from, to, thread) -> {
          for (long s = from; s < to; s++) {
            int choice = at(slotChoiceAt, s, allChoices, "slotChoice");
            int t = choice < 0 ? -1 : choice / k;
            scaleOrClear(t, dOutAt, gateAt + 4L * choice, dExpertOutAt + 4 * s * d, d);
          }
        });
    threads.overRows(
        allChoices,
        d,
        (from, to, thread) -> {
          for (long choice = from; choice < to; choice++) {
            int s = at(slotAt, choice, slots, "slot");
            long row = dOutAt + 4 * (choice / k) * d;
            float sum = s < 0 ? 0 : Reductions.dot(row, expertOutAt + 4L * s * d, d);
            OffHeap.setFloat(dGateAt + 4 * choice, sum);
          }
        });
  }

  /** out = factor * rows[row], or zeros where the row is -1. */
  private static void scaleOrClear(int row, long rows, long factor, long out, int d) {
    if (row < 0) {
      OffHeap.clear(out, 4L * d);
    } else {
      CpuElements.scale(rows + 4L * row * d, OffHeap.getFloat(factor), out, d);
    }
  }

  private static int at(long indices, long i, int limit, String name) {
    return Operands.indexOrNone(OffHeap.getInt(indices + 4 * i), limit, name, i);
  }
}
