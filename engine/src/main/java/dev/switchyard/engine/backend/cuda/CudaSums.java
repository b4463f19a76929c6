package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Sums that the host waits for, computed in double. */
final class CudaSums {
  private static final long ELEMENTS_A_PARTIAL = 16384;
  private static final int MOST_PARTIALS = 1024;

  private final CudaWork work;
  private final CudaMemory memory;
  // Where results lie, one for each tensor of a call.
  private long results;
  private int room;

  CudaSums(CudaWork work, CudaMemory memory) {
    this.work = work;
    this.memory = memory;
  }

  double sum(Tensor tensor) {
    return all("sum_", List.of(tensor));
  }

  double sumOfSquares(Tensor tensor) {
    return sumOfSquares(List.of(tensor));
  }

  /** Of all tensors together; waits once. */
  double sumOfSquares(List<Tensor> tensors) {
    return all("sum_of_squares_", tensors);
  }

  boolean allFinite(Tensor tensor) {
    // Integers are finite.
    return tensor.type() == ElementType.INT32 || all("count_not_finite_", List.of(tensor)) == 0;
  }

  private double all(String kernel, List<Tensor> tensors) {
    List<Tensor> some = tensors.stream().filter(tensor -> tensor.size() > 0).toList();
    if (some.isEmpty()) {
      return 0;
    }
    makeRoom(some.size());
    for (int i = 0; i < some.size(); i++) {
      Tensor tensor = some.get(i);
      long n = tensor.size();
      int partials = (int) Math.clamp(Math.ceilDiv(n, ELEMENTS_A_PARTIAL), 1, MOST_PARTIALS);
      work.launch(
          kernel + CudaWork.suffix(tensor),
          Grid.of(partials),
          work.in(tensor),
          n,
          work.scratch(8L * partials),
          work.ticket(),
          results + (long) Double.BYTES * i);
    }
    double[] values = new double[some.size()];
    work.queue().read(results, MemorySegment.ofArray(values));
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  private void makeRoom(int count) {
    if (count > room) {
      if (room > 0) {
        memory.free(results);
      }
      room = 0;
      results = memory.allocate((long) Double.BYTES * count);
      room = count;
    }
  }
}
