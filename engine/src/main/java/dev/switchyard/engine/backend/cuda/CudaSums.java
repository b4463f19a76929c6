package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Sums that the host waits for, computed in double. */
final class CudaSums {
  private static final long ELEMENTS_A_PARTIAL = 16384;
  private static final int MOST_PARTIALS = 1024;

  private final CudaWork work;
  private final long result;

  CudaSums(CudaWork work, CudaMemory memory) {
    this.work = work;
    this.result = memory.allocate(Double.BYTES);
  }

  double sum(Tensor tensor) {
    return one("sum_" + CudaWork.suffix(tensor), tensor);
  }

  double sumOfSquares(Tensor tensor) {
    return one("sum_of_squares_" + CudaWork.suffix(tensor), tensor);
  }

  boolean allFinite(Tensor tensor) {
    // Integers are finite.
    return tensor.type() == ElementType.INT32
        || one("count_not_finite_" + CudaWork.suffix(tensor), tensor) == 0;
  }

  private double one(String kernel, Tensor tensor) {
    long n = tensor.size();
    if (n == 0) {
      return 0;
    }
    int partials = (int) Math.clamp(Math.ceilDiv(n, ELEMENTS_A_PARTIAL), 1, MOST_PARTIALS);
    work.launch(
        kernel,
        Grid.of(partials),
        work.in(tensor),
        n,
        work.scratch(8L * partials),
        work.ticket(),
        result);
    return read();
  }

  private double read() {
    double[] value = new double[1];
    work.queue().read(result, MemorySegment.ofArray(value));
    return value[0];
  }
}
