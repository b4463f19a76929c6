package dev.switchyard.engine.backend.nd4j;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/**
 * Finds out whether ND4J's CUDA build would run here, without loading it: its own attempts print
 * stack traces, and it accepts GPUs for which it holds no code.
 */
final class CudaBuild {
  private static final String ENTRY = "org.nd4j.linalg.jcublas.JCublasBackend";
  private static final List<String> LIBRARIES =
      List.of("libcudart.so.11.0", "libcublas.so.11", "libcublasLt.so.11", "libcusolver.so.11");
  private static final int ATTRIBUTE_MAJOR = 75;
  private static final int ATTRIBUTE_MINOR = 76;

  /** Compute capabilities, times ten, from Kepler to Ada: code for 8.6 is the newest in it. */
  private static final int OLDEST = 37;

  private static final int NEWEST = 89;

  private static final boolean PRESENT = isPresent();
  private static final Optional<String> OBSTACLE = PRESENT ? findObstacle() : Optional.empty();

  private CudaBuild() {}

  /** Whether ND4J should compute on the GPU. */
  static boolean serves() {
    return PRESENT && OBSTACLE.isEmpty();
  }

  /**
   * Why the CUDA build, though it is on the class path, can't be used; empty if there is no why.
   */
  static Optional<String> obstacle() {
    return OBSTACLE;
  }

  /** What is wrong with a compute capability, times ten. */
  static Optional<String> obstacleOf(int capability) {
    if (capability >= OLDEST && capability <= NEWEST) {
      return Optional.empty();
    }
    return Optional.of(
        "it has code for GPUs of compute capability 3.7 to 8.9, and this one has "
            + capability / 10
            + "."
            + capability % 10);
  }

  private static boolean isPresent() {
    try {
      Class.forName(ENTRY, false, CudaBuild.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError _) {
      return false;
    }
  }

  private static Optional<String> findObstacle() {
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup driver = SymbolLookup.libraryLookup("libcuda.so.1", arena);
      MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
      if (call(driver, "cuInit", 0) != 0
          || call(driver, "cuDeviceGetCount", number) != 0
          || number.get(ValueLayout.JAVA_INT, 0) == 0) {
        return Optional.of("there is no GPU");
      }
      int capability = 10 * attribute(driver, number, ATTRIBUTE_MAJOR);
      capability += attribute(driver, number, ATTRIBUTE_MINOR);
      return obstacleOf(capability).or(CudaBuild::missingLibrary);
    } catch (IllegalArgumentException _) {
      return Optional.of("there is no NVIDIA driver (libcuda.so.1)");
    }
  }

  private static Optional<String> missingLibrary() {
    for (String library : LIBRARIES) {
      try (Arena arena = Arena.ofConfined()) {
        SymbolLookup.libraryLookup(library, arena);
      } catch (IllegalArgumentException _) {
        return Optional.of("it needs CUDA 11, and " + library + " is missing");
      }
    }
    return Optional.empty();
  }

  private static int attribute(SymbolLookup driver, MemorySegment number, int attribute) {
    FunctionDescriptor type =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    try {
      int _ = (int) function(driver, "cuDeviceGetAttribute", type).invoke(number, attribute, 0);
    } catch (Throwable e) {
      throw new IllegalStateException("The NVIDIA driver could not be asked.", e);
    }
    return number.get(ValueLayout.JAVA_INT, 0);
  }

  private static int call(SymbolLookup driver, String name, Object argument) {
    boolean isNumber = argument instanceof Integer;
    FunctionDescriptor type =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, isNumber ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS);
    try {
      return (int) function(driver, name, type).invokeWithArguments(argument);
    } catch (Throwable e) {
      throw new IllegalStateException("The NVIDIA driver could not be asked.", e);
    }
  }

  private static MethodHandle function(SymbolLookup driver, String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(driver.findOrThrow(name), type);
  }
}
