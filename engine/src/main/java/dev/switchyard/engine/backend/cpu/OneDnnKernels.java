package dev.switchyard.engine.backend.cpu;

import java.util.HashMap;
import java.util.Map;

/**
 * Products of bfloat16 by the processor's own instructions, through oneDNN. Preparing one compiles
 * machine code for its shape, which takes milliseconds, so each is kept.
 */
final class OneDnnKernels implements BlockKernel.Source {
  // A training step needs a few dozen shapes; texts of ever new lengths ask for ever new ones.
  private static final int MOST_KEPT = 2000;

  private final OneDnn oneDnn;
  private final long[] streams;
  private final Map<BlockShape, Kernel> kernels = new HashMap<>();

  OneDnnKernels(OneDnn oneDnn, int threads) {
    this.oneDnn = oneDnn;
    this.streams = new long[threads];
    for (int i = 0; i < threads; i++) {
      streams[i] = oneDnn.stream();
    }
  }

  @Override
  public String name() {
    return "oneDNN's products of bfloat16";
  }

  @Override
  public BlockKernel of(BlockShape shape) {
    Kernel kernel = kernels.get(shape);
    if (kernel == null) {
      kernel = new Kernel(shape);
      kernels.put(shape, kernel);
    }
    return kernel;
  }

  /** Forgets old kernels, should there be too many. No kernel may be in use. */
  @Override
  public void tidy() {
    if (kernels.size() > MOST_KEPT) {
      forgetAll();
    }
  }

  private void forgetAll() {
    kernels.values().forEach(Kernel::close);
    kernels.clear();
  }

  @Override
  public void close() {
    forgetAll();
    for (int i = 0; i < streams.length; i++) {
      oneDnn.destroy("dnnl_stream_destroy", streams[i]);
      streams[i] = 0;
    }
  }

  private final class Kernel implements BlockKernel {
    private final OneDnn.Product product;
    private final long[] descriptions;
    // Four for each thread: a, b, c and the scratch.
    private final long[] memories;
    private final long[] arguments;

    Kernel(BlockShape shape) {
      int typeC = shape.wide() ? OneDnn.FLOAT32 : OneDnn.BFLOAT16;
      long a = matrix(shape.m(), shape.k(), shape.transposeA(), shape.rowA());
      long b = matrix(shape.k(), shape.n(), shape.transposeB(), shape.rowB());
      long c = oneDnn.matrix(shape.m(), shape.n(), typeC, shape.rowC(), 1);
      product = oneDnn.product(a, b, c, typeC, shape.accumulate());
      descriptions = new long[] {a, b, c, product.scratch()};
      memories = new long[4 * streams.length];
      arguments = new long[streams.length];
      for (int thread = 0; thread < streams.length; thread++) {
        int first = 4 * thread;
        for (int i = 0; i < 4; i++) {
          memories[first + i] = oneDnn.memory(descriptions[i]);
        }
        arguments[thread] =
            OneDnn.arguments(
                memories[first], memories[first + 1], memories[first + 2], memories[first + 3]);
      }
    }

    private long matrix(int rows, int columns, boolean transposed, int row) {
      return oneDnn.matrix(
          rows, columns, OneDnn.BFLOAT16, transposed ? 1 : row, transposed ? row : 1);
    }

    @Override
    public long scratchBytes() {
      return product.scratchBytes();
    }

    @Override
    public void run(int thread, long a, long b, long c, long scratch) {
      int first = 4 * thread;
      oneDnn.useOneThread();
      oneDnn.place(memories[first], a);
      oneDnn.place(memories[first + 1], b);
      oneDnn.place(memories[first + 2], c);
      oneDnn.place(memories[first + 3], scratch);
      oneDnn.run(product.primitive(), streams[thread], arguments[thread]);
    }

    void close() {
      for (long memory : memories) {
        oneDnn.destroy("dnnl_memory_destroy", memory);
      }
      for (long each : arguments) {
        OffHeap.free(each);
      }
      oneDnn.destroy("dnnl_primitive_destroy", product.primitive());
      for (long description : descriptions) {
        oneDnn.destroy("dnnl_memory_desc_destroy", description);
      }
    }
  }
}
