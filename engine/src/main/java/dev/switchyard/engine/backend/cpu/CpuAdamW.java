package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/** The AdamW update, one pass over the memory. */
final class CpuAdamW {
  private final CpuThreads threads;

  CpuAdamW(CpuThreads threads) {
    this.threads = threads;
  }

  /** The step's numbers as the kernel wants them. */
  private record Factors(
      float gradient,
      float beta1,
      float rest1,
      float beta2,
      float rest2,
      float root,
      float epsilon,
      float rate,
      float decay) {
    static Factors of(AdamWStep step) {
      double correction1 = 1 - Math.pow(step.beta1(), step.time());
      double correction2 = 1 - Math.pow(step.beta2(), step.time());
      return new Factors(
          (float) step.gradientScale(),
          (float) step.beta1(),
          (float) (1 - step.beta1()),
          (float) step.beta2(),
          (float) (1 - step.beta2()),
          (float) (1 / Math.sqrt(correction2)),
          (float) step.epsilon(),
          (float) (step.learningRate() / correction1),
          (float) (1 - step.learningRate() * step.weightDecay()));
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#adamW}. */
  void update(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    long size = parameter.size();
    long at = Operands.floats(parameter, "parameter");
    long gradientAt = Operands.floats(gradient, "gradient", size);
    long mAt = Operands.floats(m, "m", size);
    long vAt = Operands.floats(v, "v", size);
    Factors factors = Factors.of(step);
    threads.overRows(
        size,
        4,
        (from, to, thread) ->
            update(
                at + 4 * from,
                gradientAt + 4 * from,
                mAt + 4 * from,
                vAt + 4 * from,
                (int) (to - from),
                factors));
  }

  private static void update(long parameter, long gradient, long m, long v, int n, Factors f) {
    FloatVector scale = Lanes.all(f.gradient);
    FloatVector beta1 = Lanes.all(f.beta1);
    FloatVector rest1 = Lanes.all(f.rest1);
    FloatVector beta2 = Lanes.all(f.beta2);
    FloatVector rest2 = Lanes.all(f.rest2);
    FloatVector root = Lanes.all(f.root);
    FloatVector epsilon = Lanes.all(f.epsilon);
    FloatVector minusRate = Lanes.all(-f.rate);
    FloatVector decay = Lanes.all(f.decay);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      long at = 4L * i;
      FloatVector g = Lanes.load(gradient + at).mul(scale);
      FloatVector mNow = Lanes.load(m + at).fma(beta1, g.mul(rest1));
      FloatVector vNow = Lanes.load(v + at).fma(beta2, g.mul(g).mul(rest2));
      Lanes.store(mNow, m + at);
      Lanes.store(vNow, v + at);
      FloatVector move = mNow.mul(minusRate).div(vNow.sqrt().fma(root, epsilon));
      Lanes.store(Lanes.load(parameter + at).fma(decay, move), parameter + at);
    }
    for (int i = whole; i < n; i++) {
      updateOne(parameter + 4L * i, gradient + 4L * i, m + 4L * i, v + 4L * i, f);
    }
  }

  private static void updateOne(long parameter, long gradient, long m, long v, Factors f) {
    float g = OffHeap.getFloat(gradient) * f.gradient;
    float mNow = Math.fma(OffHeap.getFloat(m), f.beta1, g * f.rest1);
    float vNow = Math.fma(OffHeap.getFloat(v), f.beta2, g * g * f.rest2);
    OffHeap.setFloat(m, mNow);
    OffHeap.setFloat(v, vNow);
    float root = Math.fma((float) Math.sqrt(vNow), f.root, f.epsilon);
    OffHeap.setFloat(
        parameter, Math.fma(OffHeap.getFloat(parameter), f.decay, mNow * -f.rate / root));
  }
}
