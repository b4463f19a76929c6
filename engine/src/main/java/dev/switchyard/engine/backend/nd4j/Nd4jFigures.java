package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.longer.MatchCondition;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.conditions.Conditions;

/** Single numbers about a tensor. */
final class Nd4jFigures {
  // ND4J adds up in the elements' own type, and 16 million float32 squares in one sum are off by
  // 1%. So it adds up rows of this length, and Java the rows' sums in double.
  private static final long PARTIAL = 1024;

  private final Arena scratch;

  Nd4jFigures(Arena scratch) {
    this.scratch = scratch;
  }

  double sum(Tensor tensor) {
    if (tensor.type() == ElementType.INT32) {
      HostWindow window = HostWindow.of(tensor);
      long sum = 0;
      for (long i = 0; i < tensor.size(); i++) {
        sum += window.integer(i);
      }
      return sum;
    }
    return sum(tensor, 0, tensor.size(), false);
  }

  double sumOfSquares(Tensor tensor) {
    return sum(tensor, 0, tensor.size(), true);
  }

  /** Sum of the squares of a part of the elements. */
  double sumOfSquares(Tensor tensor, long from, long size) {
    return sum(tensor, from, size, true);
  }

  boolean allFinite(Tensor tensor) {
    // No sum with a term that is not finite is finite, and sums are 20 times faster than a search;
    // a sum of finite terms may still overflow.
    if (Double.isFinite(sum(tensor, 0, tensor.size(), false))) {
      return true;
    }
    MatchCondition search = new MatchCondition(Views.flat(tensor), Conditions.notFinite());
    return Nd4j.getExecutioner().exec(search).getLong(0) == 0;
  }

  private double sum(Tensor tensor, long from, long size, boolean squares) {
    long rows = size / PARTIAL;
    long rest = size % PARTIAL;
    double sum = 0;
    if (rows > 0) {
      sum += sumRows(Views.part(tensor, from, rows, PARTIAL), squares);
    }
    if (rest > 0) {
      sum += sumRows(Views.part(tensor, from + rows * PARTIAL, 1, rest), squares);
    }
    return sum;
  }

  private double sumRows(INDArray matrix, boolean squares) {
    Tensor partial = scratch.take(Math.toIntExact(matrix.rows()));
    if (squares) {
      Operations.rowDots(matrix, matrix, Views.flat(partial));
    } else {
      Operations.sums(matrix, Views.flat(partial), 1);
    }
    HostWindow window = HostWindow.of(partial);
    double sum = 0;
    for (long row = 0; row < partial.size(); row++) {
      sum += window.real(row);
    }
    return sum;
  }
}
