package dev.switchyard.engine.backend;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Set;

/**
 * Chooses the kernels that OpenBLAS will use, which must happen before its library is loaded.
 *
 * <p>OpenBLAS picks its kernels from a list of known CPUs. AMD processors with AVX-512 that are
 * newer than the list get kernels for AVX2, at half the speed; those that it knows run the kernels
 * named SkylakeX a few percent faster than its own choice. Intel's are left to OpenBLAS.
 */
public final class BlasKernels {
  private static final String VARIABLE = "OPENBLAS_CORETYPE";
  private static final String AVX512_KERNELS = "SkylakeX";
  private static final Set<String> NEEDED_FLAGS =
      Set.of("avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl");

  private static boolean chosen;

  private BlasKernels() {}

  /**
   * Sets the environment variable {@code OPENBLAS_CORETYPE} of this process where OpenBLAS' own
   * choice is known to be slower. A value that the user has set stays. Later calls do nothing.
   */
  public static synchronized void choose() {
    if (chosen) {
      return;
    }
    chosen = true;
    if (wantsAvx512Kernels(CpuFacts.read().text())) {
      NativeEnvironment.setIfAbsent(VARIABLE, AVX512_KERNELS);
    }
  }

  /** The name of the kernels that OpenBLAS, once loaded, runs here, such as "SkylakeX". */
  public static String running() {
    AddressLayout text =
        ValueLayout.ADDRESS.withTargetLayout(
            MemoryLayout.sequenceLayout(Long.MAX_VALUE, ValueLayout.JAVA_BYTE));
    MemorySegment function = SymbolLookup.loaderLookup().findOrThrow("openblas_get_corename");
    MethodHandle name = Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(text));
    try {
      return ((MemorySegment) name.invokeExact()).getString(0);
    } catch (Throwable e) {
      throw new IllegalStateException("OpenBLAS could not be called.", e);
    }
  }

  /** Whether a CPU, described as in Linux' /proc/cpuinfo, should be given the AVX-512 kernels. */
  static boolean wantsAvx512Kernels(String cpuFacts) {
    CpuFacts cpu = new CpuFacts(cpuFacts);
    return cpu.isOf("AuthenticAMD") && cpu.has(NEEDED_FLAGS);
  }
}
