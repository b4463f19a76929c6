package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.Tensor;

/** Tokens to the experts' slots and back. */
final class CpuSlots {
  private final CpuThreads threads;

  CpuSlots(CpuThreads threads) {
    this.threads = threads;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#dispatch}. */
  void dispatch(Tensor x, Tensor slotToken, Tensor out) {
    Operands.rankAtLeast(x, "x", 1);
    int tokens = x.rows();
    int d = x.length(-1);
    int slots = Math.toIntExact(slotToken.size());
    long xAt = Operands.floats(x, "x");
    long slotTokenAt = Operands.ints(slotToken, "slotToken", slots);
    long outAt = Operands.rows(out, "out", slots, d);
    threads.overRows(
        slots,
        d,
        (from, to, thread) -> {
          for (long s = from; s < to; s++) {
            int t = at(slotTokenAt, s, tokens, "slotToken");
            long row = outAt + 4 * s * d;
            if (t < 0) {
              OffHeap.clear(row, 4L * d);
            } else {
              OffHeap.copy(xAt + 4L * t * d, row, 4L * d);
            }
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#dispatchBackward}. */
  void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    Operands.rankAtLeast(dDispatched, "dDispatched", 1);
    int slots = dDispatched.rows();
    int d = dDispatched.length(-1);
    int tokens = Math.toIntExact(slot.size());
    long dDispatchedAt = Operands.floats(dDispatched, "dDispatched");
    long slotAt = Operands.ints(slot, "slot", tokens);
    long dXAt = Operands.rows(dX, "dX", tokens, d);
    threads.overRows(
        tokens,
        d,
        (from, to, thread) -> {
          for (long t = from; t < to; t++) {
            int s = at(slotAt, t, slots, "slot");
            if (s >= 0) {
              CpuElements.add(dDispatchedAt + 4L * s * d, dXAt + 4 * t * d, d);
            }
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#combine}. */
  void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    Operands.rankAtLeast(expertOut, "expertOut", 1);
    int slots = expertOut.rows();
    int d = expertOut.length(-1);
    int tokens = Math.toIntExact(slot.size());
    long expertOutAt = Operands.floats(expertOut, "expertOut");
    long slotAt = Operands.ints(slot, "slot", tokens);
    long gateAt = Operands.floats(gate, "gate", tokens);
    long outAt = Operands.rows(out, "out", tokens, d);
    threads.overRows(
        tokens,
        d,
        (from, to, thread) -> {
          for (long t = from; t < to; t++) {
            int s = at(slotAt, t, slots, "slot");
            scaleOrClear(s, expertOutAt, gateAt + 4 * t, outAt + 4 * t * d, d);
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#combineBackward}. */
  void combineBackward(
      Tensor dOut,
      Tensor expertOut,
      Tensor slot,
      Tensor slotToken,
      Tensor gate,
      Tensor dExpertOut,
      Tensor dGate) {
    Operands.rankAtLeast(expertOut, "expertOut", 1);
    int slots = expertOut.rows();
    int d = expertOut.length(-1);
    int tokens = Math.toIntExact(slot.size());
    long dOutAt = Operands.rows(dOut, "dOut", tokens, d);
    long expertOutAt = Operands.floats(expertOut, "expertOut");
    long slotAt = Operands.ints(slot, "slot", tokens);
    long slotTokenAt = Operands.ints(slotToken, "slotToken", slots);
    long gateAt = Operands.floats(gate, "gate", tokens);
    long dExpertOutAt = Operands.rows(dExpertOut, "dExpertOut", slots, d);
    long dGateAt = Operands.floats(dGate, "dGate", tokens);
    threads.overRows(
        slots,
        d,
        (from, to, thread) -> {
          for (long s = from; s < to; s++) {
            int t = at(slotTokenAt, s, tokens, "slotToken");
            scaleOrClear(t, dOutAt, gateAt + 4L * t, dExpertOutAt + 4 * s * d, d);
          }
        });
    threads.overRows(
        tokens,
        d,
        (from, to, thread) -> {
          for (long t = from; t < to; t++) {
            int s = at(slotAt, t, slots, "slot");
            float sum = s < 0 ? 0 : Reductions.dot(dOutAt + 4 * t * d, expertOutAt + 4L * s * d, d);
            OffHeap.setFloat(dGateAt + 4 * t, sum);
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
