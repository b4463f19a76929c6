package dev.switchyard.engine.backend.cuda;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * Products by cuBLASLt, which knows matrices by columns: a row-major matrix is the transpose of
 * what it sees, so out = op(a) op(b) is asked for as the transpose, op(b)^T op(a)^T, and nothing is
 * moved. How a kind of product is computed is looked up when it first comes, and kept.
 */
final class LtProducts implements AutoCloseable {
  /** What NVIDIA advises for Hopper; older GPUs need less. */
  static final long WORKSPACE_BYTES = 32L << 20;

  private final cublasLtContext library = new cublasLtContext();
  private final long workspace;
  private final FloatPointer one = new FloatPointer(1f);
  private final FloatPointer zero = new FloatPointer(0f);
  private final Map<Product, Plan> plans = new HashMap<>();

  /** How a kind of product is asked for. JavaCPP frees native memory that is not held. */
  private record Plan(
      cublasLtMatmulDescOpaque_t product,
      cublasLtMatrixLayoutOpaque_t first,
      cublasLtMatrixLayoutOpaque_t second,
      cublasLtMatrixLayoutOpaque_t out,
      cublasLtMatmulHeuristicResult_t found,
      cublasLtMatmulAlgo_t algorithm) {}

  /** Products with a workspace of {@link #WORKSPACE_BYTES} on the device. */
  LtProducts(long workspace) {
    this.workspace = workspace;
    CudaCalls.checkProducts(cublas.cublasLtCreate(library), "cublasLtCreate");
  }

  /** "cuBLASLt 13.1.0". */
  String version() {
    long version = cublas.cublasLtGetVersion();
    return "cuBLASLt %d.%d.%d".formatted(version / 10000, version % 10000 / 100, version % 100);
  }

  /** Puts products into a stream. */
  void multiply(Product product, long a, long b, long out, CUstream_st stream) {
    Plan plan = plans.computeIfAbsent(product, this::plan);
    Address outAt = new Address(out);
    CudaCalls.checkProducts(
        cublas.cublasLtMatmul(
            library,
            plan.product,
            one,
            new Address(b),
            plan.first,
            new Address(a),
            plan.second,
            product.accumulate() ? one : zero,
            outAt,
            plan.out,
            outAt,
            plan.out,
            plan.algorithm,
            new Address(workspace),
            WORKSPACE_BYTES,
            stream),
        "cublasLtMatmul of " + product);
  }

  private Plan plan(Product of) {
    int in = of.bfloat16() ? cudart.CUDA_R_16BF : cudart.CUDA_R_32F;
    int out = of.bfloat16Out() ? cudart.CUDA_R_16BF : cudart.CUDA_R_32F;
    cublasLtMatmulDescOpaque_t product = new cublasLtMatmulDescOpaque_t();
    int compute =
        of.tensorFloat32() && !of.bfloat16()
            ? cublas.CUBLAS_COMPUTE_32F_FAST_TF32
            : cublas.CUBLAS_COMPUTE_32F;
    CudaCalls.checkProducts(
        cublas.cublasLtMatmulDescInit(product, compute, cudart.CUDA_R_32F),
        "cublasLtMatmulDescInit");
    setTranspose(product, cublas.CUBLASLT_MATMUL_DESC_TRANSA, of.transposeB());
    setTranspose(product, cublas.CUBLASLT_MATMUL_DESC_TRANSB, of.transposeA());
    // Rows and columns change places: what is stored as [r, c] by rows is [c, r] by columns.
    cublasLtMatrixLayoutOpaque_t first =
        of.transposeB() ? layout(of, in, of.k(), of.n()) : layout(of, in, of.n(), of.k());
    cublasLtMatrixLayoutOpaque_t second =
        of.transposeA() ? layout(of, in, of.m(), of.k()) : layout(of, in, of.k(), of.m());
    cublasLtMatrixLayoutOpaque_t result = layout(of, out, of.n(), of.m());
    cublasLtMatmulHeuristicResult_t found = new cublasLtMatmulHeuristicResult_t();
    try (cublasLtMatmulPreferenceOpaque_t preference = preference(of)) {
      int[] count = new int[1];
      CudaCalls.checkProducts(
          cublas.cublasLtMatmulAlgoGetHeuristic(
              library, product, first, second, result, result, preference, 1, found, count),
          "cublasLtMatmulAlgoGetHeuristic of " + of);
      if (count[0] == 0) {
        throw new CudaFault(CudaFault.Kind.OTHER, "cuBLASLt knows no way to compute " + of);
      }
    }
    return new Plan(product, first, second, result, found, found.algo());
  }

  private static void setTranspose(
      cublasLtMatmulDescOpaque_t product, int attribute, boolean transpose) {
    try (IntPointer value =
        new IntPointer(new int[] {transpose ? cublas.CUBLAS_OP_T : cublas.CUBLAS_OP_N})) {
      CudaCalls.checkProducts(
          cublas.cublasLtMatmulDescSetAttribute(product, attribute, value, Integer.BYTES),
          "cublasLtMatmulDescSetAttribute");
    }
  }

  /** Of matrices without gaps, by columns. */
  private static cublasLtMatrixLayoutOpaque_t layout(Product of, int type, int rows, int columns) {
    cublasLtMatrixLayoutOpaque_t layout = new cublasLtMatrixLayoutOpaque_t();
    CudaCalls.checkProducts(
        cublas.cublasLtMatrixLayoutInit(layout, type, rows, columns, rows),
        "cublasLtMatrixLayoutInit");
    try (IntPointer count = new IntPointer(new int[] {of.count()});
        LongPointer stride = new LongPointer(new long[] {(long) rows * columns})) {
      CudaCalls.checkProducts(
          cublas.cublasLtMatrixLayoutSetAttribute(
              layout, cublas.CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, count, Integer.BYTES),
          "cublasLtMatrixLayoutSetAttribute");
      CudaCalls.checkProducts(
          cublas.cublasLtMatrixLayoutSetAttribute(
              layout, cublas.CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, stride, Long.BYTES),
          "cublasLtMatrixLayoutSetAttribute");
    }
    return layout;
  }

  private static cublasLtMatmulPreferenceOpaque_t preference(Product of) {
    cublasLtMatmulPreferenceOpaque_t preference = new cublasLtMatmulPreferenceOpaque_t();
    CudaCalls.checkProducts(
        cublas.cublasLtMatmulPreferenceInit(preference), "cublasLtMatmulPreferenceInit");
    try (SizeTPointer workspace = new SizeTPointer(1);
        IntPointer alignment = new IntPointer(new int[] {of.alignment()})) {
      workspace.put(WORKSPACE_BYTES);
      CudaCalls.checkProducts(
          cublas.cublasLtMatmulPreferenceSetAttribute(
              preference, cublas.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace, Long.BYTES),
          "cublasLtMatmulPreferenceSetAttribute");
      int[] operands = {
        cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES,
        cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES,
        cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES
      };
      for (int operand : operands) {
        CudaCalls.checkProducts(
            cublas.cublasLtMatmulPreferenceSetAttribute(
                preference, operand, alignment, Integer.BYTES),
            "cublasLtMatmulPreferenceSetAttribute");
      }
    }
    return preference;
  }

  @Override
  public void close() {
    plans.clear();
    int _ = cublas.cublasLtDestroy(library);
  }
}
