package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The gated activation gelu(a) * b and its gradients. In its tanh form gelu(a) is a s, where s is
 * the logistic function of 2 sqrt(2/pi) (a + 0.044715 a^3): so one exponential serves, and nothing
 * cancels for negative a.
 */
final class CpuGatedUnits {
  private static final float LINEAR = (float) (2 * Math.sqrt(2 / Math.PI));
  private static final float CUBIC = (float) (2 * Math.sqrt(2 / Math.PI) * 0.044715);
  // Beyond it the logistic function is 0 in single precision, and the exponential would overflow.
  private static final float LARGEST_EXPONENT = 88;

  private static final FloatVector LINEARS = Lanes.all(LINEAR);
  private static final FloatVector MINUS_LINEARS = Lanes.all(-LINEAR);
  private static final FloatVector MINUS_CUBICS = Lanes.all(-CUBIC);
  private static final FloatVector CUBICS_3 = Lanes.all(3 * CUBIC);
  private static final FloatVector LARGEST = Lanes.all(LARGEST_EXPONENT);

  // An exponential costs about as much as so many plain operations.
  private static final int COST = 4;

  private final CpuThreads threads;

  CpuGatedUnits(CpuThreads threads) {
    this.threads = threads;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#geglu}. */
  void geglu(Tensor a, Tensor b, Tensor out) {
    long size = Operands.sameSize(a, "a", b, "b");
    Operands.sameSize(a, "a", out, "out");
    long aAt = Operands.floats(a, "a");
    long bAt = Operands.floats(b, "b");
    long outAt = Operands.floats(out, "out");
    threads.overRows(
        size,
        COST,
        (from, to, thread) ->
            forward(aAt + 4 * from, bAt + 4 * from, outAt + 4 * from, (int) (to - from)));
  }

  private static void forward(long a, long b, long out, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector as = Lanes.load(a + 4L * i);
      Lanes.store(as.mul(logistic(as)).mul(Lanes.load(b + 4L * i)), out + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      float ai = OffHeap.getFloat(a + 4L * i);
      OffHeap.setFloat(out + 4L * i, ai * logistic(ai) * OffHeap.getFloat(b + 4L * i));
    }
  }

  private static FloatVector logistic(FloatVector a) {
    FloatVector minus = a.mul(a).fma(MINUS_CUBICS, MINUS_LINEARS).mul(a);
    FloatVector limited = minus.blend(LARGEST, minus.compare(VectorOperators.GT, LARGEST));
    return Lanes.ONES.div(Lanes.exp(limited).add(Lanes.ONES));
  }

  private static float logistic(float a) {
    float minus = Math.fma(a * a, -CUBIC, -LINEAR) * a;
    return 1 / (Lanes.exp(minus > LARGEST_EXPONENT ? LARGEST_EXPONENT : minus) + 1);
  }

  /** See {@link dev.switchyard.engine.backend.Backend#gegluBackward}. */
  void gegluBackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
    long size = Operands.sameSize(a, "a", b, "b");
    Operands.sameSize(a, "a", dOut, "dOut");
    Operands.sameSize(a, "a", dA, "dA");
    Operands.sameSize(a, "a", dB, "dB");
    long aAt = Operands.floats(a, "a");
    long bAt = Operands.floats(b, "b");
    long dOutAt = Operands.floats(dOut, "dOut");
    long dAAt = Operands.floats(dA, "dA");
    long dBAt = Operands.floats(dB, "dB");
    threads.overRows(
        size,
        COST,
        (from, to, thread) ->
            backward(
                aAt + 4 * from,
                bAt + 4 * from,
                dOutAt + 4 * from,
                dAAt + 4 * from,
                dBAt + 4 * from,
                (int) (to - from)));
  }

  private static void backward(long a, long b, long dOut, long dA, long dB, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector as = Lanes.load(a + 4L * i);
      FloatVector dOuts = Lanes.load(dOut + 4L * i);
      FloatVector s = logistic(as);
      Lanes.store(dOuts.mul(Lanes.load(b + 4L * i)).mul(slope(as, s)), dA + 4L * i);
      Lanes.store(dOuts.mul(as.mul(s)), dB + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      float ai = OffHeap.getFloat(a + 4L * i);
      float d = OffHeap.getFloat(dOut + 4L * i);
      float s = logistic(ai);
      OffHeap.setFloat(dA + 4L * i, d * OffHeap.getFloat(b + 4L * i) * slope(ai, s));
      OffHeap.setFloat(dB + 4L * i, d * (ai * s));
    }
  }

  /** d(a s)/da = s + a s (1 - s) (LINEAR + 3 CUBIC a^2). */
  private static FloatVector slope(FloatVector a, FloatVector s) {
    FloatVector inner = a.mul(a).fma(CUBICS_3, LINEARS).mul(a);
    return s.sub(s.mul(s)).fma(inner, s);
  }

  private static float slope(float a, float s) {
    float inner = Math.fma(a * a, 3 * CUBIC, LINEAR) * a;
    return Math.fma(s - s * s, inner, s);
  }
}
