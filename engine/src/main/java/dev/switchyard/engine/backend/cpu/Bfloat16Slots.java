package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/** Rows of bfloat16 by index: embeddings, and tokens to the experts' slots and back. */
final class Bfloat16Slots {
  private final CpuThreads threads;
  private final CpuScratch scratch;

  Bfloat16Slots(CpuThreads threads, CpuScratch scratch) {
    this.threads = threads;
    this.scratch = scratch;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#embed}; the table is FLOAT32. */
  void embed(Tensor ids, Tensor table, Tensor out) {
    Operands.rankAtLeast(table, "table", 2);
    int tokens = Math.toIntExact(ids.size());
    int vocabulary = table.rows();
    int d = table.length(-1);
    long idsAt = Operands.ints(ids, "ids", tokens);
    long tableAt = Operands.floats(table, "table");
    long outAt = Operands.bfloat16(out, "out", (long) tokens * d);
    threads.overRows(
        tokens,
        d,
        (from, to, thread) -> {
          for (long t = from; t < to; t++) {
            int id = at(idsAt, t, vocabulary, "ids");
            if (id < 0) {
              Bfloat16Lanes.clear(outAt + 2 * t * d, 2L * d);
            } else {
              Bfloat16Lanes.round(tableAt + 4L * id * d, outAt + 2 * t * d, d);
            }
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#dispatch}. */
  void dispatch(Tensor x, Tensor slotChoice, int choices, Tensor out) {
    Operands.rankAtLeast(x, "x", 1);
    int allChoices = x.rows() * choices;
    int d = x.length(-1);
    int slots = Math.toIntExact(slotChoice.size());
    long xAt = Operands.bfloat16(x, "x", x.size());
    long slotChoiceAt = Operands.ints(slotChoice, "slotChoice", slots);
    long outAt = Operands.bfloat16(out, "out", (long) slots * d);
    threads.overRows(
        slots,
        d,
        (from, to, thread) -> {
          for (long s = from; s < to; s++) {
            int choice = at(slotChoiceAt, s, allChoices, "slotChoice");
            long row = outAt + 2 * s * d;
            if (choice < 0) {
              Bfloat16Lanes.clear(row, 2L * d);
            } else {
              OffHeap.copy(xAt + 2L * (choice / choices) * d, row, 2L * d);
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

  /** See {@link dev.switchyard.engine.backend.Backend#dispatchBackward}. */
  void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    Operands.rankAtLeast(dDispatched, "dDispatched", 1);
    int slots = dDispatched.rows();
    int d = dDispatched.length(-1);
    int tokens = dX.rows();
    int k = choices(slot, tokens);
    long dDispatchedAt = Operands.bfloat16(dDispatched, "dDispatched", (long) slots * d);
    long slotAt = Operands.ints(slot, "slot", (long) tokens * k);
    long dXAt = Operands.bfloat16(dX, "dX", (long) tokens * d);
    scratch.reserve(4L * d, 0);
    threads.overRows(
        tokens,
        (long) d * k,
        (from, to, thread) -> {
          long sum = scratch.own(thread);
          for (long t = from; t < to; t++) {
            Bfloat16Lanes.widen(dXAt + 2 * t * d, sum, d);
            for (long choice = t * k; choice < (t + 1) * k; choice++) {
              int s = at(slotAt, choice, slots, "slot");
              if (s >= 0) {
                addScaled(dDispatchedAt + 2L * s * d, 1, sum, d);
              }
            }
            Bfloat16Lanes.round(sum, dXAt + 2 * t * d, d);
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#combine}; the gate is FLOAT32. */
  void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    Operands.rankAtLeast(expertOut, "expertOut", 1);
    int slots = expertOut.rows();
    int d = expertOut.length(-1);
    int tokens = out.rows();
    int k = choices(slot, tokens);
    long expertOutAt = Operands.bfloat16(expertOut, "expertOut", (long) slots * d);
    long slotAt = Operands.ints(slot, "slot", (long) tokens * k);
    long gateAt = Operands.floats(gate, "gate", (long) tokens * k);
    long outAt = Operands.bfloat16(out, "out", (long) tokens * d);
    scratch.reserve(4L * d, 0);
    threads.overRows(
        tokens,
        (long) d * k,
        (from, to, thread) -> {
          long sum = scratch.own(thread);
          for (long t = from; t < to; t++) {
            OffHeap.clear(sum, 4L * d);
            for (long choice = t * k; choice < (t + 1) * k; choice++) {
              int s = at(slotAt, choice, slots, "slot");
              if (s >= 0) {
                float factor = OffHeap.getFloat(gateAt + 4 * choice);
                addScaled(expertOutAt + 2L * s * d, factor, sum, d);
              }
            }
            Bfloat16Lanes.round(sum, outAt + 2 * t * d, d);
          }
        });
  }

  /** sum += factor x, a float32 row and one of bfloat16. */
  private static void addScaled(long x, float factor, long sum, int n) {
    FloatVector factors = Lanes.all(factor);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector v = Bfloat16Lanes.load(x + 2L * i);
      Lanes.store(v.fma(factors, Lanes.load(sum + 4L * i)), sum + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      float v = Bfloat16Lanes.get(x + 2L * i);
      OffHeap.setFloat(sum + 4L * i, Math.fma(v, factor, OffHeap.getFloat(sum + 4L * i)));
    }
  }

  /**
   * See {@link dev.switchyard.engine.backend.Backend#combineBackward}; gate and dGate are FLOAT32.
   */
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
    long dOutAt = Operands.bfloat16(dOut, "dOut", (long) tokens * d);
    long expertOutAt = Operands.bfloat16(expertOut, "expertOut", (long) slots * d);
    long slotAt = Operands.ints(slot, "slot", allChoices);
    long slotChoiceAt = Operands.ints(slotChoice, "slotChoice", slots);
    long gateAt = Operands.floats(gate, "gate", allChoices);
    long dExpertOutAt = Operands.bfloat16(dExpertOut, "dExpertOut", (long) slots * d);
    long dGateAt = Operands.floats(dGate, "dGate", allChoices);
    threads.overRows(
        slots,
        d,
        (from, to, thread) -> {
          for (long s = from; s < to; s++) {
            int choice = at(slotChoiceAt, s, allChoices, "slotChoice");
            long row = dExpertOutAt + 2 * s * d;
            if (choice < 0) {
              Bfloat16Lanes.clear(row, 2L * d);
            } else {
              float factor = OffHeap.getFloat(gateAt + 4L * choice);
              Bfloat16Elements.scale(dOutAt + 2L * (choice / k) * d, factor, row, d);
            }
          }
        });
    threads.overRows(
        allChoices,
        d,
        (from, to, thread) -> {
          for (long choice = from; choice < to; choice++) {
            int s = at(slotAt, choice, slots, "slot");
            long row = dOutAt + 2 * (choice / k) * d;
            float sum = s < 0 ? 0 : dot(row, expertOutAt + 2L * s * d, d);
            OffHeap.setFloat(dGateAt + 4 * choice, sum);
          }
        });
  }

  private static float dot(long a, long b, int n) {
    FloatVector sum = Lanes.all(0f);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      sum = Bfloat16Lanes.load(a + 2L * i).fma(Bfloat16Lanes.load(b + 2L * i), sum);
    }
    float rest = 0;
    for (int i = whole; i < n; i++) {
      rest += Bfloat16Lanes.get(a + 2L * i) * Bfloat16Lanes.get(b + 2L * i);
    }
    return Lanes.sum(sum) + rest;
  }

  private static int at(long indices, long i, int limit, String name) {
    return Operands.indexOrNone(OffHeap.getInt(indices + 4 * i), limit, name, i);
  }
}
