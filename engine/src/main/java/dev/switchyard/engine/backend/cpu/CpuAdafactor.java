package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.AdafactorStep;
import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/**
 * The Adafactor update. All matrices of a parameter (experts) go through each stage together, cut
 * into blocks of rows by their shape alone; figures of a block are kept apart and summed in order.
 */
final class CpuAdafactor {
  private final CpuThreads threads;
  private final CpuScratch scratch;

  CpuAdafactor(CpuThreads threads, CpuScratch scratch) {
    this.threads = threads;
    this.scratch = scratch;
  }

  /** One update of {@code count} matrices [rows, columns], and where things lie. */
  private record Update(
      AdafactorStep step,
      int count,
      int rows,
      int columns,
      int blocks,
      long parameter,
      long gradient,
      long rowMoments,
      long columnMoments,
      long columnSums,
      long figures,
      long ofMatrices) {

    /** Bytes from the parameter's start to a row of a matrix. */
    long row(int matrix, int row) {
      return 4 * ((long) matrix * rows + row) * columns;
    }

    long columnSum(int matrix, int block) {
      return columnSums + 4 * ((long) matrix * blocks + block) * columns;
    }

    /** Two figures a block: squares of the parameter, squares of the update. */
    long figure(int matrix, int block) {
      return figures + 16 * ((long) matrix * blocks + block);
    }

    /** Two numbers a matrix: the mean of its row moments, and the factor on its clipped update. */
    long ofMatrix(int matrix) {
      return ofMatrices + 16L * matrix;
    }

    int start(int block) {
      return Partials.start(rows, blocks, block);
    }

    /** The root mean square of some matrices' parameters (which = 0) or updates (1). */
    double rootMeanSquare(int from, int to, int which) {
      double sum = 0;
      for (int matrix = from; matrix < to; matrix++) {
        for (int block = 0; block < blocks; block++) {
          sum += OffHeap.getDouble(figure(matrix, block) + 8L * which);
        }
      }
      return Math.sqrt(sum / ((double) (to - from) * rows * columns));
    }

    /** The factor on the clipped update: what is taken from the parameter. */
    float rate(int matrix) {
      int from = step.together() ? 0 : matrix;
      int to = step.together() ? count : matrix + 1;
      return (float)
          CpuAdafactor.rate(step, rootMeanSquare(from, to, 0), rootMeanSquare(from, to, 1));
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#adafactor}: the factored second moment. */
  void update(Tensor parameter, Tensor gradient, Tensor rows, Tensor columns, AdafactorStep step) {
    Operands.rankAtLeast(parameter, "parameter", 2);
    int r = parameter.length(-2);
    int c = parameter.length(-1);
    if (parameter.size() == 0) {
      return;
    }
    int count = Math.toIntExact(parameter.size() / ((long) r * c));
    int blocks = Partials.blocks(r);
    long pieces = (long) count * blocks;
    long parameterAt = Operands.floats(parameter, "parameter");
    long gradientAt = Operands.matrices(gradient, "gradient", count, r, c);
    long rowsAt = Operands.rows(rows, "rows", count, r);
    long columnsAt = Operands.rows(columns, "columns", count, c);
    // The roots of the column moments are needed once a row: kept behind the sums.
    scratch.reserve(0, 16L * count + pieces * (16 + 4L * c));
    long figures = scratch.shared();
    Update u =
        new Update(
            step,
            count,
            r,
            c,
            blocks,
            parameterAt,
            gradientAt,
            rowsAt,
            columnsAt,
            figures + 16 * pieces + 16L * count,
            figures,
            figures + 16 * pieces);
    overPieces(u, CpuAdafactor::collect);
    threads.overRows(
        count,
        r + (long) blocks * c,
        (from, to, thread) -> {
          for (int matrix = (int) from; matrix < to; matrix++) {
            finishColumns(u, matrix);
            OffHeap.setDouble(u.ofMatrix(matrix), meanOfRows(u, matrix));
          }
        });
    overPieces(u, CpuAdafactor::sumUpdateSquares);
    float rate = 0;
    for (int matrix = 0; matrix < count; matrix++) {
      // Where all have one, to find it for each would take the square of their number.
      rate = matrix > 0 && step.together() ? rate : u.rate(matrix);
      OffHeap.setDouble(u.ofMatrix(matrix) + 8, rate);
    }
    overPieces(u, CpuAdafactor::move);
  }

  /** The update with the whole second moment, of the parameter's shape. */
  void update(Tensor parameter, Tensor gradient, Tensor secondMoment, AdafactorStep step) {
    long size = parameter.size();
    long parameterAt = Operands.floats(parameter, "parameter");
    long gradientAt = Operands.floats(gradient, "gradient", size);
    long momentAt = Operands.floats(secondMoment, "secondMoment", size);
    if (size == 0) {
      return;
    }
    // For vectors, so that a loop over single numbers will do.
    double parameterSquares = 0;
    double updateSquares = 0;
    for (long i = 0; i < size; i++) {
      double g = step.gradientScale() * OffHeap.getFloat(gradientAt + 4 * i);
      blend(momentAt + 4 * i, g * g + step.epsilon(), step.beta2());
      double p = OffHeap.getFloat(parameterAt + 4 * i);
      parameterSquares += p * p;
      updateSquares += g * g / OffHeap.getFloat(momentAt + 4 * i);
    }
    double rate = rate(step, Math.sqrt(parameterSquares / size), Math.sqrt(updateSquares / size));
    for (long i = 0; i < size; i++) {
      double g = step.gradientScale() * OffHeap.getFloat(gradientAt + 4 * i);
      double update = g / Math.sqrt(OffHeap.getFloat(momentAt + 4 * i));
      long at = parameterAt + 4 * i;
      OffHeap.setFloat(at, (float) (OffHeap.getFloat(at) - rate * update));
    }
  }

  /** The factor on an update, given the root mean squares of the parameter and the update. */
  private static double rate(AdafactorStep step, double ofParameter, double ofUpdate) {
    double scale = Math.max(step.smallestScale(), ofParameter);
    double clip = Math.max(1, ofUpdate / step.clipThreshold());
    return step.learningRate() * scale / clip;
  }

  /** A stage of the update for one block of rows of one matrix. */
  @FunctionalInterface
  private interface Stage {
    void run(Update update, int matrix, int block);
  }

  private void overPieces(Update u, Stage stage) {
    threads.overRows(
        (long) u.count * u.blocks,
        4L * u.rows * u.columns / u.blocks,
        (from, to, thread) -> {
          for (long piece = from; piece < to; piece++) {
            stage.run(u, (int) (piece / u.blocks), (int) (piece % u.blocks));
          }
        });
  }

  /** Row moments, sums of the columns, and the squares of the parameter. */
  private static void collect(Update u, int matrix, int block) {
    long sums = u.columnSum(matrix, block);
    OffHeap.clear(sums, 4L * u.columns);
    double squares = 0;
    for (int row = u.start(block); row < u.start(block + 1); row++) {
      long at = u.row(matrix, row);
      float scale = (float) u.step.gradientScale();
      float epsilon = (float) u.step.epsilon();
      float sum = squares(u.gradient + at, scale, epsilon, sums, u.columns);
      blend(u.rowMoments + 4 * ((long) matrix * u.rows + row), sum / u.columns, u.step.beta2());
      squares += CpuSums.sumOfSquares(u.parameter + at, u.columns);
    }
    OffHeap.setDouble(u.figure(matrix, block), squares);
  }

  /** moment = beta2 moment + (1 - beta2) now. */
  private static void blend(long moment, double now, double beta2) {
    double blended = beta2 * OffHeap.getFloat(moment) + (1 - beta2) * now;
    OffHeap.setFloat(moment, (float) blended);
  }

  /** Adds the squared gradient to the columns' sums; gives its sum over the row. */
  private static float squares(long gradient, float scale, float epsilon, long sums, int n) {
    FloatVector scales = Lanes.all(scale);
    FloatVector epsilons = Lanes.all(epsilon);
    FloatVector sum = Lanes.all(0f);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector g = Lanes.load(gradient + 4L * i).mul(scales);
      FloatVector square = g.fma(g, epsilons);
      sum = sum.add(square);
      Lanes.store(Lanes.load(sums + 4L * i).add(square), sums + 4L * i);
    }
    float rest = 0;
    for (int i = whole; i < n; i++) {
      float g = OffHeap.getFloat(gradient + 4L * i) * scale;
      float square = Math.fma(g, g, epsilon);
      rest += square;
      OffHeap.setFloat(sums + 4L * i, OffHeap.getFloat(sums + 4L * i) + square);
    }
    return Lanes.sum(sum) + rest;
  }

  /** Column moments; leaves 1 / sqrt(column) where the first block's sums were. */
  private static void finishColumns(Update u, int matrix) {
    long inverse = u.columnSum(matrix, 0);
    for (int column = 0; column < u.columns; column++) {
      double sum = 0;
      for (int block = 0; block < u.blocks; block++) {
        sum += OffHeap.getFloat(u.columnSum(matrix, block) + 4L * column);
      }
      long moment = u.columnMoments + 4 * ((long) matrix * u.columns + column);
      blend(moment, sum / u.rows, u.step.beta2());
      OffHeap.setFloat(inverse + 4L * column, (float) (1 / Math.sqrt(OffHeap.getFloat(moment))));
    }
  }

  /** What a row's gradients are multiplied by, apart from the columns' factors. */
  private static float rowFactor(Update u, int matrix, int row, double meanOfRows) {
    float moment = OffHeap.getFloat(u.rowMoments + 4 * ((long) matrix * u.rows + row));
    return (float) (u.step.gradientScale() / Math.sqrt(moment / meanOfRows));
  }

  private static double meanOfRows(Update u, int matrix) {
    double sum = 0;
    for (int row = 0; row < u.rows; row++) {
      sum += OffHeap.getFloat(u.rowMoments + 4 * ((long) matrix * u.rows + row));
    }
    return sum / u.rows;
  }

  private static void sumUpdateSquares(Update u, int matrix, int block) {
    long inverse = u.columnSum(matrix, 0);
    double mean = OffHeap.getDouble(u.ofMatrix(matrix));
    double squares = 0;
    for (int row = u.start(block); row < u.start(block + 1); row++) {
      double factor = rowFactor(u, matrix, row, mean);
      long at = u.gradient + u.row(matrix, row);
      squares += factor * factor * productSquares(at, inverse, u.columns);
    }
    OffHeap.setDouble(u.figure(matrix, block) + 8, squares);
  }

  /** Sum of (a[i] b[i])^2. */
  private static float productSquares(long a, long b, int n) {
    FloatVector sum = Lanes.all(0f);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector product = Lanes.load(a + 4L * i).mul(Lanes.load(b + 4L * i));
      sum = product.fma(product, sum);
    }
    float rest = 0;
    for (int i = whole; i < n; i++) {
      float product = OffHeap.getFloat(a + 4L * i) * OffHeap.getFloat(b + 4L * i);
      rest += product * product;
    }
    return Lanes.sum(sum) + rest;
  }

  private static void move(Update u, int matrix, int block) {
    long inverse = u.columnSum(matrix, 0);
    double mean = OffHeap.getDouble(u.ofMatrix(matrix));
    float rate = (float) OffHeap.getDouble(u.ofMatrix(matrix) + 8);
    for (int row = u.start(block); row < u.start(block + 1); row++) {
      long at = u.row(matrix, row);
      float factor = -rate * rowFactor(u, matrix, row, mean);
      addProduct(u.gradient + at, inverse, factor, u.parameter + at, u.columns);
    }
  }

  /** to += factor a b. */
  private static void addProduct(long a, long b, float factor, long to, int n) {
    FloatVector factors = Lanes.all(factor);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector product = Lanes.load(a + 4L * i).mul(Lanes.load(b + 4L * i));
      Lanes.store(product.fma(factors, Lanes.load(to + 4L * i)), to + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      float product = OffHeap.getFloat(a + 4L * i) * OffHeap.getFloat(b + 4L * i);
      OffHeap.setFloat(to + 4L * i, Math.fma(product, factor, OffHeap.getFloat(to + 4L * i)));
    }
  }
}
