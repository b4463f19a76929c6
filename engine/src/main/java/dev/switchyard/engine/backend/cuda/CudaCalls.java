package dev.switchyard.engine.backend.cuda;

import java.util.Set;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/** Turns the numbers that CUDA's functions give into faults. */
final class CudaCalls {
  // Without names in CUDA 11, for whose presets this class is compiled as well.
  private static final int DEVICE_UNAVAILABLE = 46;
  private static final int CONTAINED = 226;

  /** After these nothing works any more in this process. */
  private static final Set<Integer> LOST =
      Set.of(
          cudart.CUDA_ERROR_DEINITIALIZED,
          DEVICE_UNAVAILABLE,
          cudart.CUDA_ERROR_ECC_UNCORRECTABLE,
          cudart.CUDA_ERROR_NVLINK_UNCORRECTABLE,
          CONTAINED,
          cudart.CUDA_ERROR_CONTEXT_IS_DESTROYED,
          cudart.CUDA_ERROR_ILLEGAL_ADDRESS,
          cudart.CUDA_ERROR_LAUNCH_TIMEOUT,
          cudart.CUDA_ERROR_ASSERT,
          cudart.CUDA_ERROR_HARDWARE_STACK_ERROR,
          cudart.CUDA_ERROR_ILLEGAL_INSTRUCTION,
          cudart.CUDA_ERROR_MISALIGNED_ADDRESS,
          cudart.CUDA_ERROR_INVALID_ADDRESS_SPACE,
          cudart.CUDA_ERROR_INVALID_PC,
          cudart.CUDA_ERROR_LAUNCH_FAILED,
          cudart.CUDA_ERROR_SYSTEM_NOT_READY,
          cudart.CUDA_ERROR_UNKNOWN);

  private CudaCalls() {}

  /** Passes where the driver's call succeeded. */
  static void check(int result, String call) {
    if (result != cudart.CUDA_SUCCESS) {
      throw new CudaFault(kind(result), call + ": " + name(result));
    }
  }

  private static CudaFault.Kind kind(int result) {
    if (result == cudart.CUDA_ERROR_OUT_OF_MEMORY) {
      return CudaFault.Kind.OUT_OF_MEMORY;
    }
    return LOST.contains(result) ? CudaFault.Kind.LOST : CudaFault.Kind.OTHER;
  }

  private static String name(int result) {
    try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
      return cudart.cuGetErrorName(result, name) == cudart.CUDA_SUCCESS
          ? name.get(BytePointer.class, 0).getString()
          : "error " + result;
    }
  }

  /** Passes where cuBLASLt's call succeeded. */
  static void checkProducts(int result, String call) {
    if (result != cublas.CUBLAS_STATUS_SUCCESS) {
      CudaFault.Kind kind =
          switch (result) {
            case cublas.CUBLAS_STATUS_ALLOC_FAILED -> CudaFault.Kind.OUT_OF_MEMORY;
            case cublas.CUBLAS_STATUS_EXECUTION_FAILED, cublas.CUBLAS_STATUS_MAPPING_ERROR ->
                CudaFault.Kind.LOST;
            default -> CudaFault.Kind.OTHER;
          };
      throw new CudaFault(kind, call + ": " + cublas.cublasLtGetStatusName(result).getString());
    }
  }
}
