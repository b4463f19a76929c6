package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.AdafactorStep;
import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The optimizers' updates. AdamW's are gathered as long as nothing else is asked for, and then run
 * as one launch over all parameters.
 */
final class CudaUpdates {
  private static final int FACTORS = 9;
  private static final int MOST_GROUPS = 64;
  private static final int ROWS_A_BLOCK = 32;
  private static final int MOST_BLOCKS = 256;
  private static final int COLUMNS_A_BLOCK = 256;
  private static final int VECTOR_THREADS = 1024;
  private static final long ALIGNMENT = 256;

  private final CudaWork work;
  private final PieceTables tables;
  private final long factorsAt;
  private final List<AdamWStep> steps = new ArrayList<>();
  private final List<long[]> pieces = new ArrayList<>();

  CudaUpdates(CudaWork work, CudaMemory memory, PieceTables tables) {
    this.work = work;
    this.tables = tables;
    this.factorsAt = memory.allocate((long) Float.BYTES * FACTORS * MOST_GROUPS);
  }

  void adamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    Shapes.of("adamW")
        .types(ElementType.FLOAT32, parameter, gradient, m, v)
        .sameSize(parameter, gradient, m, v);
    int group = steps.indexOf(step);
    if (group < 0) {
      if (steps.size() == MOST_GROUPS) {
        flush();
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
    work.launch(
        "adam_w_many", Grid.of(table.count()), table.address(), table.count(), factorsAt, 0L);
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
    Shapes.of("adafactor").require(parameter.rank() >= 2, "a matrix", parameter);
    int r = parameter.length(-2);
    int c = parameter.length(-1);
    if (parameter.size() == 0) {
      return;
    }
    int count = Math.toIntExact(parameter.size() / ((long) r * c));
    Shapes.of("adafactor")
        .types(ElementType.FLOAT32, parameter, gradient, rows, columns)
        .sameSize(parameter, gradient)
        .matrix("rows", rows, count, r)
        .matrix("columns", columns, count, c);
    int blocks = Math.clamp(Math.ceilDiv(r, ROWS_A_BLOCK), 1, MOST_BLOCKS);
    long sumsBytes = Math.ceilDiv(4L * count * blocks * c, ALIGNMENT) * ALIGNMENT;
    long figuresBytes = 16L * count * blocks;
    long sums = work.scratch(sumsBytes + figuresBytes + 8L * count);
    long figures = sums + sumsBytes;
    long means = figures + figuresBytes;
    long parameterAt = work.out(parameter);
    long gradientAt = work.in(gradient);
    long rowsAt = work.out(rows);
    float scale = (float) step.gradientScale();
    Grid byRows = Grid.of(blocks, count);
    work.launch(
        "adafactor_collect",
        byRows,
        parameterAt,
        gradientAt,
        rowsAt,
        sums,
        figures,
        r,
        c,
        scale,
        (float) step.epsilon(),
        step.beta2());
    work.launch(
        "adafactor_columns",
        Grid.of(Math.ceilDiv(c, COLUMNS_A_BLOCK), count),
        rowsAt,
        work.out(columns),
        sums,
        means,
        r,
        c,
        blocks,
        step.beta2());
    work.launch(
        "adafactor_squares",
        byRows,
        gradientAt,
        rowsAt,
        sums,
        means,
        figures,
        work.ticket(),
        r,
        c,
        count,
        scale,
        step.learningRate(),
        step.smallestScale(),
        step.clipThreshold(),
        step.together() ? 1 : 0);
    work.launch(
        "adafactor_apply", byRows, parameterAt, gradientAt, rowsAt, sums, means, r, c, scale);
  }

  void adafactor(Tensor parameter, Tensor gradient, Tensor secondMoment, AdafactorStep step) {
    Shapes.of("adafactor")
        .types(ElementType.FLOAT32, parameter, gradient, secondMoment)
        .sameSize(parameter, gradient, secondMoment);
    if (parameter.size() == 0) {
      return;
    }
    work.launch(
        "adafactor_vector",
        Grid.of(1, 1, 1, VECTOR_THREADS),
        work.out(parameter),
        work.in(gradient),
        work.out(secondMoment),
        parameter.size(),
        step.gradientScale(),
        step.beta2(),
        step.epsilon(),
        step.learningRate(),
        step.smallestScale(),
        step.clipThreshold());
  }
}
