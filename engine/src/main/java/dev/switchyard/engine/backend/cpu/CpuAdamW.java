package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

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
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      long at = 4L * i;
      FloatVector g = Lanes.load(gradient + at).mul(f.gradient);
      FloatVector ms = firstMoment(g, Lanes.load(m + at), f);
      FloatVector vs = secondMoment(g, Lanes.load(v + at), f);
      Lanes.store(ms, m + at);
      Lanes.store(vs, v + at);
      Lanes.store(moved(Lanes.load(parameter + at), ms, vs, f), parameter + at);
    }
    if (whole < n) {
      VectorMask<Float> rest = Lanes.first(n - whole);
      long at = 4L * whole;
      FloatVector g = Lanes.load(gradient + at, rest).mul(f.gradient);
      FloatVector ms = firstMoment(g, Lanes.load(m + at, rest), f);
      FloatVector vs = secondMoment(g, Lanes.load(v + at, rest), f);
      Lanes.store(ms, m + at, rest);
      Lanes.store(vs, v + at, rest);
      Lanes.store(moved(Lanes.load(parameter + at, rest), ms, vs, f), parameter + at, rest);
    }
  }

  private static FloatVector firstMoment(FloatVector g, FloatVector m, Factors f) {
    return m.fma(Lanes.all(f.beta1), g.mul(f.rest1));
  }

  private static FloatVector secondMoment(FloatVector g, FloatVector v, Factors f) {
    return v.fma(Lanes.all(f.beta2), g.mul(g).mul(f.rest2));
  }

  private static FloatVector moved(FloatVector parameter, FloatVector m, FloatVector v, Factors f) {
    FloatVector root = v.sqrt().fma(Lanes.all(f.root), Lanes.all(f.epsilon));
    return parameter.fma(Lanes.all(f.decay), m.mul(-f.rate).div(root));
  }
}
