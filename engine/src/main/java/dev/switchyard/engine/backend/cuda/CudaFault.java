package dev.switchyard.engine.backend.cuda;

/** A call to CUDA that failed. The message is for the log; {@link Faults} words it for people. */
final class CudaFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What can be done about it. */
  enum Kind {
    /** Less would fit. */
    OUT_OF_MEMORY,
    /** Nothing works on the device any more in this process. */
    LOST,
    /** The program asked for something that can't be done. */
    OTHER
  }

  private final Kind kind;

  CudaFault(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }
}
