package dev.switchyard.engine.backend.cuda;

/**
 * Work for a device that a graph may hold. Two that are equal do the same with the same memory, so
 * that a graph of the one may run in place of the other.
 */
sealed interface Command permits Launch, Command.Multiply, Command.Zero, Command.Copy {
  /** Puts it into the device's stream. */
  void run(CudaDevice device);

  /** Products of matrices. */
  record Multiply(Product product, long a, long b, long out) implements Command {
    @Override
    public void run(CudaDevice device) {
      device.multiply(product, a, b, out);
    }
  }

  /** Sets bytes to 0. */
  record Zero(long to, long bytes) implements Command {
    @Override
    public void run(CudaDevice device) {
      device.zero(to, bytes);
    }
  }

  /** Copies bytes within the device. */
  record Copy(long to, long from, long bytes) implements Command {
    @Override
    public void run(CudaDevice device) {
      device.copy(to, from, bytes);
    }
  }
}
