package dev.switchyard.engine.backend.cuda;

import java.lang.foreign.MemorySegment;

/**
 * One GPU below the backend: memory, one stream of work in order, and nothing that knows of
 * tensors. Addresses are the device's own. What is put into the stream runs in its order, later; a
 * fault shows in the call that causes it or in any later one. For one thread at a time.
 */
interface CudaDevice extends AutoCloseable {
  /** Work that the device has captured, to be put into the stream again at once. */
  interface Graph {
    /** Frees it; it must not be under way. */
    void free();
  }

  /** A point in the stream, or beside it. To be waited for once. */
  interface Event {
    /** Whether it has been passed. */
    boolean isPast();

    /** Waits until it has been passed. */
    void await();
  }

  /** What it is. */
  GpuFacts facts();

  /** What multiplies matrices here: "cuBLASLt 13.1.0". */
  String productKernels();

  /** Whether there are kernels for its products of bfloat16: not before Ampere. */
  boolean hasMatrixUnitsForBfloat16();

  /**
   * Memory on the device, 256 bytes aligned, whatever was in it.
   *
   * @throws CudaFault of kind OUT_OF_MEMORY if there is not so much
   */
  long allocate(long bytes);

  /** Frees memory; waits for the stream. */
  void free(long address);

  /** Whether an address lies in a GPU's memory, this one's or another's, and not in the host's. */
  boolean holds(long address);

  /** Memory of the host that the device copies from and to while the program goes on. */
  MemorySegment allocateHost(long bytes);

  /** Frees what {@link #allocateHost} gave. */
  void freeHost(MemorySegment memory);

  /** Copies out into memory of {@link #allocateHost}. */
  void copyOut(MemorySegment to, long from, long bytes);

  /**
   * Copies in beside the stream: at once, while the work in it goes on; what is put into it from
   * now on comes after the copy. No work in the stream may use the device's memory meanwhile.
   *
   * @param from memory of {@link #allocateHost}, which must stay as it is until a later event of
   *     the stream has passed
   */
  void copyInBeside(long to, MemorySegment from, long bytes);

  /**
   * Copies out beside the stream: after the work that was put into it so far, while what comes
   * later goes on. The device's memory must stay as it is until the event has passed.
   *
   * @param to memory of {@link #allocateHost}
   */
  Event copyOutBeside(MemorySegment to, long from, long bytes);

  /** Copies within the device, or from another one of the same kind. */
  void copy(long to, long from, long bytes);

  /** Sets bytes to 0. */
  void zero(long to, long bytes);

  /** Writes 8 bytes, without memory of the host. */
  void write(long to, long value);

  /** Starts a kernel. */
  void launch(Launch launch);

  /** Starts products of matrices. */
  void multiply(Product product, long a, long b, long out);

  /** Marks the present end of the stream. */
  Event record();

  /** Waits until the stream is empty. */
  void synchronize();

  /**
   * Captures what the work puts into the stream, instead of running it. The work may launch
   * kernels, multiply, copy within the device and set to zero.
   */
  Graph capture(Runnable work);

  /** Runs captured work. */
  void replay(Graph graph);

  /** Frees what the device itself holds; throws nothing. */
  @Override
  void close();
}
