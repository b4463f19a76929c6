package dev.switchyard.engine.backend.cuda;

import java.util.Arrays;

/**
 * One start of a kernel. Each argument takes 8 bytes here, its own bytes first, whatever its type.
 */
final class Launch implements Command {
  private final String kernel;
  private final Grid grid;
  private final long[] arguments;
  private final int hash;

  /**
   * Blocks of threads.
   *
   * @param x blocks along each axis
   * @param y as x
   * @param z as x
   * @param threadsX threads of a block along each axis
   * @param threadsY as threadsX
   * @param sharedBytes memory that a block's threads share, beside what the kernel declares
   */
  record Grid(int x, int y, int z, int threadsX, int threadsY, int sharedBytes) {
    private static final int BLOCK = 256;
    private static final int ELEMENTS_A_BLOCK = 2048;
    private static final int MOST_BLOCKS = 65535;
    private static final int ROWS_A_BLOCK = 8;

    /** For a loop over elements. */
    static Grid elements(long count) {
      return of((int) Math.clamp(Math.ceilDiv(count, (long) ELEMENTS_A_BLOCK), 1, MOST_BLOCKS));
    }

    /** For a warp a row. */
    static Grid rows(long rows) {
      return of(Math.toIntExact(Math.ceilDiv(rows, (long) ROWS_A_BLOCK)));
    }

    /** For a thread an item. */
    static Grid items(long count) {
      return of(Math.toIntExact(Math.ceilDiv(count, (long) BLOCK)));
    }

    /** So many blocks of 256 threads. */
    static Grid of(int x) {
      return of(x, 1);
    }

    static Grid of(int x, int y) {
      return new Grid(x, y, 1, BLOCK, 1, 0);
    }

    static Grid of(int x, int y, int z, int threads) {
      return new Grid(x, y, z, threads, 1, 0);
    }

    Grid withThreads(int x1, int y1) {
      return new Grid(x, y, z, x1, y1, sharedBytes);
    }

    Grid withShared(int bytes) {
      return new Grid(x, y, z, threadsX, threadsY, bytes);
    }
  }

  private Launch(String kernel, Grid grid, long[] arguments) {
    this.kernel = kernel;
    this.grid = grid;
    this.arguments = arguments;
    this.hash = 31 * (31 * kernel.hashCode() + grid.hashCode()) + Arrays.hashCode(arguments);
  }

  /** A start with arguments of type Long (also addresses), Integer, Float or Double. */
  static Launch of(String kernel, Grid grid, Object... arguments) {
    long[] bits = new long[arguments.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] =
          switch (arguments[i]) {
            case Long l -> l;
            case Integer n -> Integer.toUnsignedLong(n);
            case Float f -> Integer.toUnsignedLong(Float.floatToRawIntBits(f));
            case Double d -> Double.doubleToRawLongBits(d);
            case null, default ->
                throw new IllegalArgumentException("Argument " + i + " of " + kernel);
          };
    }
    return new Launch(kernel, grid, bits);
  }

  /** A start with arguments whose bytes are given. */
  static Launch ofBits(String kernel, Grid grid, long... arguments) {
    return new Launch(kernel, grid, arguments.clone());
  }

  String kernel() {
    return kernel;
  }

  Grid grid() {
    return grid;
  }

  int argumentCount() {
    return arguments.length;
  }

  /** An argument's bytes. */
  long argument(int index) {
    return arguments[index];
  }

  @Override
  public void run(CudaDevice device) {
    device.launch(this);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Launch launch
        && hash == launch.hash
        && kernel.equals(launch.kernel)
        && grid.equals(launch.grid)
        && Arrays.equals(arguments, launch.arguments);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
