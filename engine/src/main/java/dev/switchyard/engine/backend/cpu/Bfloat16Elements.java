package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** What is done element by element, on bfloat16 tensors in one pass. */
final class Bfloat16Elements {
  private final CpuThreads threads;

  Bfloat16Elements(CpuThreads threads) {
    this.threads = threads;
  }

  /** Rounds FLOAT32 to BFLOAT16. */
  void round(Tensor from, Tensor to) {
    long size = Operands.sameSize(from, "from", to, "to");
    long fromAt = Operands.floats(from, "from");
    long toAt = Operands.bfloat16(to, "to", size);
    threads.overRows(
        size,
        1,
        (first, end, thread) ->
            Bfloat16Lanes.round(fromAt + 4 * first, toAt + 2 * first, (int) (end - first)));
  }

  /** Widens BFLOAT16 to FLOAT32. */
  void widen(Tensor from, Tensor to) {
    long size = Operands.sameSize(from, "from", to, "to");
    long fromAt = Operands.bfloat16(from, "from", size);
    long toAt = Operands.floats(to, "to");
    threads.overRows(
        size,
        1,
        (first, end, thread) ->
            Bfloat16Lanes.widen(fromAt + 2 * first, toAt + 4 * first, (int) (end - first)));
  }

  void add(Tensor from, Tensor to) {
    long size = Operands.sameSize(from, "from", to, "to");
    long fromAt = Operands.bfloat16(from, "from", size);
    long toAt = Operands.bfloat16(to, "to", size);
    threads.overRows(
        size,
        1,
        (first, end, thread) -> add(fromAt + 2 * first, toAt + 2 * first, (int) (end - first)));
  }

  /** to += from, n elements. */
  static void add(long from, long to, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector sum = Bfloat16Lanes.load(to + 2L * i).add(Bfloat16Lanes.load(from + 2L * i));
      Bfloat16Lanes.store(sum, to + 2L * i);
    }
    for (int i = whole; i < n; i++) {
      float sum = Bfloat16Lanes.get(to + 2L * i) + Bfloat16Lanes.get(from + 2L * i);
      Bfloat16Lanes.set(to + 2L * i, sum);
    }
  }

  /** out = factor x, n elements; out may be x. */
  static void scale(long x, float factor, long out, int n) {
    FloatVector factors = Lanes.all(factor);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      Bfloat16Lanes.store(Bfloat16Lanes.load(x + 2L * i).mul(factors), out + 2L * i);
    }
    for (int i = whole; i < n; i++) {
      Bfloat16Lanes.set(out + 2L * i, Bfloat16Lanes.get(x + 2L * i) * factor);
    }
  }

  void relu(Tensor x, Tensor out) {
    long size = Operands.sameSize(x, "x", out, "out");
    long xAt = Operands.bfloat16(x, "x", size);
    long outAt = Operands.bfloat16(out, "out", size);
    threads.overRows(
        size, 1, (from, to, thread) -> relu(xAt + 2 * from, outAt + 2 * from, (int) (to - from)));
  }

  private static void relu(long x, long out, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector v = Bfloat16Lanes.load(x + 2L * i);
      FloatVector positive = v.blend(Lanes.ZEROS, v.compare(VectorOperators.LT, Lanes.ZEROS));
      Bfloat16Lanes.storeExact(positive, out + 2L * i);
    }
    for (int i = whole; i < n; i++) {
      Bfloat16Lanes.set(out + 2L * i, Math.max(Bfloat16Lanes.get(x + 2L * i), 0f));
    }
  }

  void reluBackward(Tensor y, Tensor dOut, Tensor dX) {
    long size = Operands.sameSize(y, "y", dOut, "dOut");
    long yAt = Operands.bfloat16(y, "y", size);
    long dOutAt = Operands.bfloat16(dOut, "dOut", size);
    long dXAt = Operands.bfloat16(dX, "dX", size);
    threads.overRows(
        size,
        1,
        (from, to, thread) ->
            reluBackward(yAt + 2 * from, dOutAt + 2 * from, dXAt + 2 * from, (int) (to - from)));
  }

  private static void reluBackward(long y, long dOut, long dX, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      VectorMask<Float> active =
          Bfloat16Lanes.load(y + 2L * i).compare(VectorOperators.GT, Lanes.ZEROS);
      FloatVector slope = Lanes.ZEROS.blend(Bfloat16Lanes.load(dOut + 2L * i), active);
      Bfloat16Lanes.storeExact(slope, dX + 2L * i);
    }
    for (int i = whole; i < n; i++) {
      boolean active = Bfloat16Lanes.get(y + 2L * i) > 0;
      Bfloat16Lanes.set(dX + 2L * i, active ? Bfloat16Lanes.get(dOut + 2L * i) : 0f);
    }
  }
}
