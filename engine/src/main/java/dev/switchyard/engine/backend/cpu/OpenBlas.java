package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.BlasKernels;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * OpenBLAS' matrix product by direct calls with plain addresses: JavaCPP unpacks and loads the
 * library, but its pointer objects would cost more than a small product does.
 */
final class OpenBlas {
  private static final int ROW_MAJOR = 101;
  private static final int AS_IS = 111;
  private static final int TRANSPOSED = 112;

  private static final SymbolLookup LIBRARY = load();
  private static final MethodHandle SGEMM = sgemmHandle();

  private OpenBlas() {}

  /**
   * c = op(a) op(b) + beta c, row-major, on the calling thread alone. Leading dimensions are the
   * distances between rows as stored, in elements.
   *
   * @param a address of [m, k], or of [k, m] if transposeA
   * @param b address of [k, n], or of [n, k] if transposeB
   * @param c address of [m, n]
   */
  static void multiply(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      long a,
      int rowA,
      long b,
      int rowB,
      float beta,
      long c,
      int rowC) {
    try {
      SGEMM.invokeExact(
          ROW_MAJOR,
          transposeA ? TRANSPOSED : AS_IS,
          transposeB ? TRANSPOSED : AS_IS,
          m,
          n,
          k,
          1f,
          a,
          rowA,
          b,
          rowB,
          beta,
          c,
          rowC);
    } catch (Throwable e) {
      throw new IllegalStateException("OpenBLAS could not be called.", e);
    }
  }

  /** The name of the kernels that OpenBLAS runs here, such as "SkylakeX". */
  static String kernels() {
    return BlasKernels.running();
  }

  /**
   * Makes every product run on its caller's thread: the backend cuts large products up itself, so
   * that two sets of threads never fight for the same cores.
   */
  static void useOneThread() {
    try {
      function("openblas_set_num_threads", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
          .invokeExact(1);
    } catch (Throwable e) {
      throw new IllegalStateException("OpenBLAS could not be called.", e);
    }
  }

  private static SymbolLookup load() {
    BlasKernels.choose();
    Loader.load(openblas_nolapack.class);
    return SymbolLookup.loaderLookup();
  }

  private static MethodHandle sgemmHandle() {
    ValueLayout number = ValueLayout.JAVA_INT;
    ValueLayout factor = ValueLayout.JAVA_FLOAT;
    ValueLayout address = ValueLayout.JAVA_LONG;
    return function(
        "cblas_sgemm",
        FunctionDescriptor.ofVoid(
            number, number, number, number, number, number, factor, address, number, address,
            number, factor, address, number));
  }

  private static MethodHandle function(String name, FunctionDescriptor signature) {
    return Linker.nativeLinker().downcallHandle(LIBRARY.findOrThrow(name), signature);
  }
}
