package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.AdafactorStep;
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
 * Adafactor's updates, gathered as long as they are of one step and nothing else is asked for, and
 * then run as five launches over all parameters. The step's numbers lie in the device's memory, so
 * that the launches of all steps are the same.
 */
final class CudaAdafactor {
  private static final int NUMBERS = 7;
  private static final int ROWS_A_BLOCK = 32;
  private static final int FEW_BLOCKS = 256;
  private static final int MOST_ROWS_A_BLOCK = 512;
  private static final long ALIGNMENT = 256;

  // Scratch of what is gathered: sums of columns, a 32nd of the parameters at least.
  private static final long MOST_SCRATCH = 256L << 20;

  private final CudaWork work;
  private final PieceTables tables;
  private final long numbersAt;
  private final List<Stack> stacks = new ArrayList<>();
  private final List<long[]> vectors = new ArrayList<>();
  private final Set<Long> gathered = new HashSet<>();
  private AdafactorStep step;
  private long scratchBytes;

  /** A parameter of {@code count} matrices [r, c], and where it lies. */
  private record Stack(
      int count, int r, int c, long parameter, long gradient, long rows, long columns) {
    /** Blocks of rows of a matrix. */
    int blocks() {
      int few = Math.clamp(Math.ceilDiv(r, ROWS_A_BLOCK), 1, FEW_BLOCKS);
      return Math.max(few, Math.ceilDiv(r, MOST_ROWS_A_BLOCK));
    }

    /** Of one matrix: the sums of its columns for each block, and figures. */
    long scratchBytes() {
      return sumsBytes() + 16L * blocks() + 16;
    }

    long sumsBytes() {
      return Math.ceilDiv(4L * blocks() * c, ALIGNMENT) * ALIGNMENT;
    }
  }

  CudaAdafactor(CudaWork work, CudaMemory memory, PieceTables tables) {
    this.work = work;
    this.tables = tables;
    this.numbersAt = memory.allocate((long) Double.BYTES * NUMBERS);
  }

  void update(Tensor parameter, Tensor gradient, Tensor rows, Tensor columns, AdafactorStep with) {
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
    begin(parameter, with);
    Stack stack =
        new Stack(
            count, r, c, work.out(parameter), work.in(gradient), work.out(rows), work.out(columns));
    stacks.add(stack);
    scratchBytes += count * Math.ceilDiv(stack.scratchBytes(), ALIGNMENT) * ALIGNMENT;
  }

  void update(Tensor parameter, Tensor gradient, Tensor secondMoment, AdafactorStep with) {
    Shapes.of("adafactor")
        .types(ElementType.FLOAT32, parameter, gradient, secondMoment)
        .sameSize(parameter, gradient, secondMoment);
    if (parameter.size() > 0) {
      begin(parameter, with);
      vectors.add(
          new long[] {
            work.out(parameter), work.in(gradient), work.out(secondMoment), parameter.size()
          });
    }
  }

  /** What is gathered runs at once: so it is one step's, and no parameter is in it twice. */
  private void begin(Tensor parameter, AdafactorStep with) {
    boolean again = !gathered.add(work.in(parameter));
    if (again || scratchBytes > MOST_SCRATCH || (step != null && !step.equals(with))) {
      flush();
      gathered.add(work.in(parameter));
    }
    step = with;
  }

  /** Starts the updates that were gathered; before any other work. */
  void flush() {
    if (step == null) {
      return;
    }
    final List<Stack> all = List.copyOf(stacks);
    final List<long[]> whole = List.copyOf(vectors);
    final MemorySegment numbers = MemorySegment.ofArray(numbers(step));
    stacks.clear();
    vectors.clear();
    gathered.clear();
    scratchBytes = 0;
    step = null;
    work.queue().write(numbersAt, numbers);
    if (!all.isEmpty()) {
      updateMatrices(all);
    }
    if (!whole.isEmpty()) {
      PieceTables.Table table = tables.of(whole);
      work.launch(
          "adafactor_vector", Grid.of(table.count()), table.address(), table.count(), numbersAt);
    }
  }

  private void updateMatrices(List<Stack> all) {
    long bytes = 0;
    for (Stack stack : all) {
      bytes += stack.count() * Math.ceilDiv(stack.scratchBytes(), ALIGNMENT) * ALIGNMENT;
    }
    long scratch = work.scratch(bytes);
    List<long[]> matrices = new ArrayList<>();
    List<long[]> blocks = new ArrayList<>();
    for (Stack stack : all) {
      int first = matrices.size();
      for (int i = 0; i < stack.count(); i++) {
        for (int block = 0; block < stack.blocks(); block++) {
          blocks.add(new long[] {both(matrices.size(), block)});
        }
        matrices.add(matrix(stack, i, scratch, first));
        scratch += Math.ceilDiv(stack.scratchBytes(), ALIGNMENT) * ALIGNMENT;
      }
    }
    PieceTables.Table of = tables.of(matrices);
    PieceTables.Table by = tables.of(blocks);
    Grid byBlocks = Grid.of(by.count());
    work.launch("adafactor_collect", byBlocks, of.address(), by.address(), by.count(), numbersAt);
    work.launch("adafactor_columns", Grid.of(of.count()), of.address(), of.count(), numbersAt);
    work.launch(
        "adafactor_squares",
        byBlocks,
        of.address(),
        of.count(),
        by.address(),
        by.count(),
        work.ticket(),
        numbersAt);
    work.launch("adafactor_apply", byBlocks, of.address(), by.address(), by.count(), numbersAt);
  }

  /** As the kernels' struct has it. */
  private static long[] matrix(Stack stack, int i, long scratch, int first) {
    long elements = 4L * stack.r() * stack.c() * i;
    long figures = scratch + stack.sumsBytes();
    return new long[] {
      stack.parameter() + elements,
      stack.gradient() + elements,
      stack.rows() + 4L * stack.r() * i,
      stack.columns() + 4L * stack.c() * i,
      scratch,
      figures,
      figures + 16L * stack.blocks(),
      both(stack.r(), stack.c()),
      both(stack.blocks(), first),
      both(stack.count(), 0)
    };
  }

  /** Two 32-bit numbers, the first in the lower half, as they lie in memory. */
  private static long both(int first, int second) {
    return Integer.toUnsignedLong(first) | (long) second << 32;
  }

  /** In the kernels' order. */
  private static double[] numbers(AdafactorStep step) {
    return new double[] {
      step.learningRate(),
      step.beta2(),
      step.epsilon(),
      step.smallestScale(),
      step.clipThreshold(),
      step.gradientScale(),
      step.together() ? 1 : 0
    };
  }
}
