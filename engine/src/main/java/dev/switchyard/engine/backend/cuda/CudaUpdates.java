package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.AdafactorStep;
import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The optimizers' updates. They are gathered as long as nothing else is asked for; AdamW's then run
 * as one launch over all parameters.
 */
final class CudaUpdates {
  private static final int FACTORS = 9;
  private static final int MOST_GROUPS = 64;

  private final CudaWork work;
  private final PieceTables tables;
  private final long factorsAt;
  private final List<AdamWStep> steps = new ArrayList<>();
  private final List<long[]> pieces = new ArrayList<>();
  private final Set<Long> gathered = new HashSet<>();
  private final CudaAdafactor adafactor;

  CudaUpdates(CudaWork work, CudaMemory memory, PieceTables tables) {
    this.work = work;
    this.tables = tables;
    this.factorsAt = memory.allocate((long) Float.BYTES * FACTORS * MOST_GROUPS);
    this.adafactor = new CudaAdafactor(work, memory, tables);
  }

  void adamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    Shapes.of("adamW")
        .types(ElementType.FLOAT32, parameter, gradient, m, v)
        .sameSize(parameter, gradient, m, v);
    adafactor.flush();
    if (!gathered.add(work.in(parameter))) {
      flushAdamW(); // one launch would race over a parameter that is in it twice
      gathered.add(work.in(parameter));
    }
    int group = steps.indexOf(step);
    if (group < 0) {
      if (steps.size() == MOST_GROUPS) {
        flushAdamW();
        gathered.add(work.in(parameter));
      }
      group = steps.size();
      steps.add(step);
    }
    long parameterAt = work.out(parameter);
    long gradientAt = work.in(gradient);
    long mAt = work.out(m);
    long vAt = work.out(v);
    for (long from = 0; from < parameter.size(); from += PieceTables.LONGEST) {
      long bytes = from * Float.BYTES;
      pieces.add(
          new long[] {
            parameterAt + bytes,
            gradientAt + bytes,
            mAt + bytes,
            vAt + bytes,
            Math.min(PieceTables.LONGEST, parameter.size() - from),
            group
          });
    }
  }

  /** Starts the updates that were gathered; before any other work. */
  void flush() {
    flushAdamW();
    adafactor.flush();
  }

  private void flushAdamW() {
    gathered.clear();
    if (pieces.isEmpty()) {
      steps.clear();
      return;
    }
    float[] factors = new float[steps.size() * FACTORS];
    for (int group = 0; group < steps.size(); group++) {
      System.arraycopy(factors(steps.get(group)), 0, factors, group * FACTORS, FACTORS);
    }
    List<long[]> now = List.copyOf(pieces);
    pieces.clear();
    steps.clear();
    work.queue().write(factorsAt, MemorySegment.ofArray(factors));
    PieceTables.Table table = tables.of(now);
    work.launch("adam_w", Grid.of(table.count()), table.address(), table.count(), factorsAt);
  }

  /** In the kernel's order; each computed in double and rounded once. */
  private static float[] factors(AdamWStep step) {
    double correction1 = 1 - Math.pow(step.beta1(), step.time());
    double correction2 = 1 - Math.pow(step.beta2(), step.time());
    return new float[] {
      (float) step.gradientScale(),
      (float) step.beta1(),
      (float) (1 - step.beta1()),
      (float) step.beta2(),
      (float) (1 - step.beta2()),
      (float) (1 / Math.sqrt(correction2)),
      (float) step.epsilon(),
      (float) (step.learningRate() / correction1),
      (float) (1 - step.learningRate() * step.weightDecay())
    };
  }

  void adafactor(
      Tensor parameter, Tensor gradient, Tensor rows, Tensor columns, AdafactorStep step) {
    flushAdamW();
    adafactor.update(parameter, gradient, rows, columns, step);
  }

  void adafactor(Tensor parameter, Tensor gradient, Tensor secondMoment, AdafactorStep step) {
    flushAdamW();
    adafactor.update(parameter, gradient, secondMoment, step);
  }
}
