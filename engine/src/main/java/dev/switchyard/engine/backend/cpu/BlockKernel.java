package dev.switchyard.engine.backend.cpu;

/** Products of one {@link BlockShape}, on the calling thread alone. */
interface BlockKernel {
  /** Where kernels come from: one for each shape, kept while it is in use. */
  interface Source extends AutoCloseable {
    /** The kernel of a shape, made if there is none. For one thread at a time. */
    BlockKernel of(BlockShape shape);

    /** Frees what has not been needed for long; no kernel may be in use. */
    void tidy();

    /** What they are, for people. */
    String name();

    @Override
    void close();
  }

  /** Bytes of scratch that {@link #run} needs. */
  long scratchBytes();

  /**
   * Multiplies.
   *
   * @param thread the worker's number, see {@link CpuThreads.Work}
   * @param a address of bfloat16 elements, as are b and (unless wide) c
   * @param scratch address of so many bytes as asked for, at a multiple of 64
   */
  void run(int thread, long a, long b, long c, long scratch);
}
