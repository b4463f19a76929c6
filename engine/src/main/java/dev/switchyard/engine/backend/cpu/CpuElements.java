package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** What is done element by element. */
final class CpuElements {
  private final CpuThreads threads;

  CpuElements(CpuThreads threads) {
    this.threads = threads;
  }

  void zero(Tensor tensor) {
    long at = Operands.address(tensor);
    int bytes = tensor.type().bytes();
    threads.overRows(
        tensor.size(),
        1,
        (from, to, thread) -> OffHeap.clear(at + bytes * from, bytes * (to - from)));
  }

  void copy(Tensor from, Tensor to) {
    if (from.type() != to.type() || from.size() != to.size()) {
      throw new IllegalArgumentException("Can't copy " + from + " to " + to);
    }
    long fromAt = Operands.address(from);
    long toAt = Operands.address(to);
    int bytes = from.type().bytes();
    threads.overRows(
        from.size(),
        1,
        (first, end, thread) ->
            OffHeap.copy(fromAt + bytes * first, toAt + bytes * first, bytes * (end - first)));
  }

  void add(Tensor from, Tensor to) {
    long size = Operands.sameSize(from, "from", to, "to");
    long fromAt = Operands.floats(from, "from");
    long toAt = Operands.floats(to, "to");
    threads.overRows(
        size,
        1,
        (first, end, thread) -> add(fromAt + 4 * first, toAt + 4 * first, (int) (end - first)));
  }

  /** to += from, n elements. */
  static void add(long from, long to, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      Lanes.store(Lanes.load(to + 4L * i).add(Lanes.load(from + 4L * i)), to + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      OffHeap.setFloat(
          to + 4L * i, OffHeap.getFloat(to + 4L * i) + OffHeap.getFloat(from + 4L * i));
    }
  }

  /** to += factor x from, n elements. */
  static void addScaled(long from, float factor, long to, int n) {
    FloatVector factors = Lanes.all(factor);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      Lanes.store(Lanes.load(from + 4L * i).fma(factors, Lanes.load(to + 4L * i)), to + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      float sum = Math.fma(OffHeap.getFloat(from + 4L * i), factor, OffHeap.getFloat(to + 4L * i));
      OffHeap.setFloat(to + 4L * i, sum);
    }
  }

  void scale(Tensor tensor, double factor) {
    long at = Operands.floats(tensor, "tensor");
    threads.overRows(
        tensor.size(),
        1,
        (from, to, thread) ->
            scale(at + 4 * from, (float) factor, at + 4 * from, (int) (to - from)));
  }

  /** out = factor x, n elements; out may be x. */
  static void scale(long x, float factor, long out, int n) {
    FloatVector factors = Lanes.all(factor);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      Lanes.store(Lanes.load(x + 4L * i).mul(factors), out + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      OffHeap.setFloat(out + 4L * i, OffHeap.getFloat(x + 4L * i) * factor);
    }
  }

  void relu(Tensor x, Tensor out) {
    long size = Operands.sameSize(x, "x", out, "out");
    long xAt = Operands.floats(x, "x");
    long outAt = Operands.floats(out, "out");
    threads.overRows(
        size, 1, (from, to, thread) -> relu(xAt + 4 * from, outAt + 4 * from, (int) (to - from)));
  }

  private static void relu(long x, long out, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector v = Lanes.load(x + 4L * i);
      Lanes.store(v.blend(Lanes.ZEROS, v.compare(VectorOperators.LT, Lanes.ZEROS)), out + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      OffHeap.setFloat(out + 4L * i, Math.max(OffHeap.getFloat(x + 4L * i), 0f));
    }
  }

  void reluBackward(Tensor y, Tensor dOut, Tensor dX) {
    long size = Operands.sameSize(y, "y", dOut, "dOut");
    Operands.sameSize(y, "y", dX, "dX");
    long yAt = Operands.floats(y, "y");
    long dOutAt = Operands.floats(dOut, "dOut");
    long dXAt = Operands.floats(dX, "dX");
    threads.overRows(
        size,
        1,
        (from, to, thread) ->
            reluBackward(yAt + 4 * from, dOutAt + 4 * from, dXAt + 4 * from, (int) (to - from)));
  }

  private static void reluBackward(long y, long dOut, long dX, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      VectorMask<Float> active = Lanes.load(y + 4L * i).compare(VectorOperators.GT, Lanes.ZEROS);
      Lanes.store(Lanes.ZEROS.blend(Lanes.load(dOut + 4L * i), active), dX + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      boolean active = OffHeap.getFloat(y + 4L * i) > 0;
      OffHeap.setFloat(dX + 4L * i, active ? OffHeap.getFloat(dOut + 4L * i) : 0f);
    }
  }

  void dropout(Tensor x, double rate, RandomKey key, Tensor out) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("The dropout rate should be in [0, 1), but is " + rate);
    }
    long size = Operands.sameSize(x, "x", out, "out");
    long xAt = Operands.floats(x, "x");
    long outAt = Operands.floats(out, "out");
    long stream = key.stream();
    threads.overRows(
        size,
        4,
        (from, to, thread) ->
            RandomLanes.dropout(
                xAt + 4 * from,
                rate,
                stream,
                key.origin() + from,
                outAt + 4 * from,
                (int) (to - from)));
  }

  void jitter(Tensor x, double epsilon, RandomKey key, Tensor out) {
    long size = Operands.sameSize(x, "x", out, "out");
    long xAt = Operands.floats(x, "x");
    long outAt = Operands.floats(out, "out");
    long stream = key.stream();
    threads.overRows(
        size,
        4,
        (from, to, thread) ->
            RandomLanes.jitter(
                xAt + 4 * from,
                (float) epsilon,
                stream,
                key.origin() + from,
                outAt + 4 * from,
                (int) (to - from)));
  }
}
