package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/** Cross entropy of rows of logits, and its gradient. */
final class CpuLoss {
  private final CpuThreads threads;

  CpuLoss(CpuThreads threads) {
    this.threads = threads;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#crossEntropy}. */
  void crossEntropy(Tensor logits, Tensor labels, Tensor loss, Tensor logSumExp) {
    Operands.rankAtLeast(logits, "logits", 1);
    int rows = logits.rows();
    int n = logits.length(-1);
    long logitsAt = Operands.floats(logits, "logits");
    long labelsAt = Operands.ints(labels, "labels", rows);
    long lossAt = Operands.floats(loss, "loss", rows);
    long logSumExpAt = Operands.floats(logSumExp, "logSumExp", rows);
    threads.overRows(
        rows,
        4L * n,
        (from, to, thread) -> {
          for (long row = from; row < to; row++) {
            long x = logitsAt + 4 * row * n;
            int label = label(labelsAt, row, n);
            float whole = Reductions.logSumExp(x, n);
            float nats = label < 0 ? 0 : whole - OffHeap.getFloat(x + 4L * label);
            OffHeap.setFloat(lossAt + 4 * row, nats);
            OffHeap.setFloat(logSumExpAt + 4 * row, whole);
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#crossEntropyBackward}. */
  void crossEntropyBackward(
      Tensor logits, Tensor labels, Tensor logSumExp, double scale, double zLoss, Tensor dLogits) {
    Operands.rankAtLeast(logits, "logits", 1);
    int rows = logits.rows();
    int n = logits.length(-1);
    long logitsAt = Operands.floats(logits, "logits");
    long labelsAt = Operands.ints(labels, "labels", rows);
    long logSumExpAt = Operands.floats(logSumExp, "logSumExp", rows);
    long dLogitsAt = Operands.rows(dLogits, "dLogits", rows, n);
    threads.overRows(
        rows,
        4L * n,
        (from, to, thread) -> {
          for (long row = from; row < to; row++) {
            long d = dLogitsAt + 4 * row * n;
            int label = label(labelsAt, row, n);
            if (label < 0) {
              OffHeap.clear(d, 4L * n);
              continue;
            }
            float whole = OffHeap.getFloat(logSumExpAt + 4 * row);
            float factor = (float) (scale * (1 + 2 * zLoss * whole));
            scaledExp(logitsAt + 4 * row * n, whole, factor, d, n);
            long hit = d + 4L * label;
            OffHeap.setFloat(hit, OffHeap.getFloat(hit) - (float) scale);
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#softCrossEntropy}. */
  void softCrossEntropy(
      Tensor logits, Tensor targets, Tensor labels, Tensor loss, Tensor logSumExp) {
    Operands.rankAtLeast(logits, "logits", 1);
    int rows = logits.rows();
    int n = logits.length(-1);
    long logitsAt = Operands.floats(logits, "logits");
    long targetsAt = Operands.rows(targets, "targets", rows, n);
    long labelsAt = Operands.ints(labels, "labels", rows);
    long lossAt = Operands.floats(loss, "loss", rows);
    long logSumExpAt = Operands.floats(logSumExp, "logSumExp", rows);
    threads.overRows(
        rows,
        5L * n,
        (from, to, thread) -> {
          for (long row = from; row < to; row++) {
            long x = logitsAt + 4 * row * n;
            float whole = Reductions.logSumExp(x, n);
            boolean ignored = OffHeap.getInt(labelsAt + 4 * row) < 0;
            float nats = ignored ? 0 : whole - Reductions.dot(targetsAt + 4 * row * n, x, n);
            OffHeap.setFloat(lossAt + 4 * row, nats);
            OffHeap.setFloat(logSumExpAt + 4 * row, whole);
          }
        });
  }

  /** See {@link dev.switchyard.engine.backend.Backend#softCrossEntropyBackward}. */
  void softCrossEntropyBackward(
      Tensor logits,
      Tensor targets,
      Tensor labels,
      Tensor logSumExp,
      double scale,
      Tensor dLogits) {
    Operands.rankAtLeast(logits, "logits", 1);
    int rows = logits.rows();
    int n = logits.length(-1);
    long logitsAt = Operands.floats(logits, "logits");
    long targetsAt = Operands.rows(targets, "targets", rows, n);
    long labelsAt = Operands.ints(labels, "labels", rows);
    long logSumExpAt = Operands.floats(logSumExp, "logSumExp", rows);
    long dLogitsAt = Operands.rows(dLogits, "dLogits", rows, n);
    threads.overRows(
        rows,
        5L * n,
        (from, to, thread) -> {
          for (long row = from; row < to; row++) {
            if (OffHeap.getInt(labelsAt + 4 * row) >= 0) {
              float whole = OffHeap.getFloat(logSumExpAt + 4 * row);
              long at = 4 * row * n;
              addDifference(logitsAt + at, whole, targetsAt + at, (float) scale, dLogitsAt + at, n);
            }
          }
        });
  }

  /** d += scale (e^(x - shift) - target). */
  private static void addDifference(long x, float shift, long target, float scale, long d, int n) {
    FloatVector shifts = Lanes.all(shift);
    FloatVector scales = Lanes.all(scale);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector exp = Lanes.exp(Lanes.load(x + 4L * i).sub(shifts));
      FloatVector difference = exp.sub(Lanes.load(target + 4L * i));
      Lanes.store(difference.fma(scales, Lanes.load(d + 4L * i)), d + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      float exp = Lanes.exp(OffHeap.getFloat(x + 4L * i) - shift);
      float difference = exp - OffHeap.getFloat(target + 4L * i);
      OffHeap.setFloat(d + 4L * i, Math.fma(difference, scale, OffHeap.getFloat(d + 4L * i)));
    }
  }

  /** out = factor e^(x - shift); out may be x. */
  private static void scaledExp(long x, float shift, float factor, long out, int n) {
    FloatVector shifts = Lanes.all(shift);
    FloatVector factors = Lanes.all(factor);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector exp = Lanes.exp(Lanes.load(x + 4L * i).sub(shifts));
      Lanes.store(exp.mul(factors), out + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      OffHeap.setFloat(out + 4L * i, Lanes.exp(OffHeap.getFloat(x + 4L * i) - shift) * factor);
    }
  }

  /** The label, or a negative number where the row is to be ignored. */
  private static int label(long labels, long row, int n) {
    int label = OffHeap.getInt(labels + 4 * row);
    return label < 0 ? label : Operands.index(label, n, "labels", row);
  }
}
