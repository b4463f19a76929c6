package dev.switchyard.engine.backend.cpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Native memory by address. One segment spans the whole address space, so that kernels need neither
 * a lifetime check nor a bounds check for each vector: whoever computes an address has checked the
 * shapes before.
 *
 * <p>The memory comes from the C library and not from an arena of the JDK, because the JDK counts
 * the latter against its limit for direct buffers, a quarter of the machine's memory by default.
 */
final class OffHeap {
  /** All memory; an offset into it is an address. */
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final long LONG_STRETCH = 2048;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private static final MethodHandle CALLOC =
      function(
          "calloc",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final MethodHandle FREE =
      function("free", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

  private static final long LARGE_PAGE = 2L << 20;
  // Linux' number for the advice; other systems have other advice under it.
  private static final int WITH_LARGE_PAGES = 14;
  private static final Optional<MethodHandle> MADVISE = madvise();

  private OffHeap() {}

  /** Address of at least so many bytes of zeros, for {@link #free}. */
  static long allocate(long bytes) {
    long address;
    try {
      address = (long) CALLOC.invokeExact(1L, Math.max(1, bytes));
    } catch (Throwable e) {
      throw new IllegalStateException("Native memory could not be asked for.", e);
    }
    if (address == 0) {
      throw new OutOfMemoryError("No " + (bytes >> 20) + " MB of native memory are left.");
    }
    return address;
  }

  /**
   * Asks the system to hold a stretch in large pages, before it is first written: kernels go over
   * many rows at once, and the processor knows the places of too few small pages by heart. Does
   * nothing where the system has no such call.
   */
  static void preferLargePages(long address, long bytes) {
    long first = (address + LARGE_PAGE - 1) & -LARGE_PAGE;
    long end = (address + bytes) & -LARGE_PAGE;
    if (MADVISE.isEmpty() || end <= first) {
      return;
    }
    try {
      // Advice: where it is not taken, all works as before.
      int _ = (int) MADVISE.get().invokeExact(first, end - first, WITH_LARGE_PAGES);
    } catch (Throwable e) {
      throw new IllegalStateException("The system could not be called.", e);
    }
  }

  /** Gives back what {@link #allocate} gave. */
  static void free(long address) {
    try {
      FREE.invokeExact(address);
    } catch (Throwable e) {
      throw new IllegalStateException("Native memory could not be given back.", e);
    }
  }

  static int getInt(long address) {
    return ALL.get(INT, address);
  }

  static void setInt(long address, int value) {
    ALL.set(INT, address, value);
  }

  static float getFloat(long address) {
    return ALL.get(FLOAT, address);
  }

  static void setFloat(long address, float value) {
    ALL.set(FLOAT, address, value);
  }

  static double getDouble(long address) {
    return ALL.get(DOUBLE, address);
  }

  static void setDouble(long address, double value) {
    ALL.set(DOUBLE, address, value);
  }

  /** Sets bytes, a multiple of 4, to 0. */
  static void clear(long address, long bytes) {
    fill(address, bytes, 0);
  }

  /** Sets bytes, a multiple of 4, to 0 or -1. */
  static void fill(long address, long bytes, int value) {
    if (bytes >= LONG_STRETCH) {
      ALL.asSlice(address, bytes).fill((byte) value);
      return;
    }
    // A slice is an object: too much for a short row.
    for (int i = 0; i < (int) bytes; i += Integer.BYTES) {
      ALL.set(INT, address + i, value);
    }
  }

  /** Copies bytes between places that do not overlap. */
  static void copy(long from, long to, long bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
  }

  private static Optional<MethodHandle> madvise() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.empty();
    }
    FunctionDescriptor signature =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT);
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("madvise")
        .map(address -> linker.downcallHandle(address, signature));
  }

  private static MethodHandle function(String name, FunctionDescriptor signature) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature);
  }
}
