package dev.switchyard.engine.backend.cuda;

import java.util.List;

/**
 * A library of CUDA 13 that the backend loads, by the name under which other libraries ask for it.
 * The order is that of loading: each needs only those before it.
 */
public enum CudaLibrary {
  RUNTIME("libcudart.so.13", true, "nvidia-cuda-runtime"),
  /** What the kernel compiler opens by itself; found only beside it. */
  COMPILER_BUILTINS("libnvrtc-builtins.so.13", false, "nvidia-cuda-nvrtc"),
  COMPILER("libnvrtc.so.13", true, "nvidia-cuda-nvrtc"),
  PRODUCTS("libcublasLt.so.13", true, "nvidia-cublas"),
  CUBLAS("libcublas.so.13", true, "nvidia-cublas"),
  COLLECTIVES("libnccl.so.2", false, "nvidia-nccl-cu13");

  private final String fileName;
  private final boolean needed;
  private final String pythonPackage;

  CudaLibrary(String fileName, boolean needed, String pythonPackage) {
    this.fileName = fileName;
    this.needed = needed;
    this.pythonPackage = pythonPackage;
  }

  /** Its name, and the beginning of the file's; the file may carry more of its version behind. */
  public String fileName() {
    return fileName;
  }

  /** Whether the backend can't work without it. */
  public boolean isNeeded() {
    return needed;
  }

  /** The package of pip in which NVIDIA gives it out. */
  public String pythonPackage() {
    return pythonPackage;
  }

  /** Those without which the backend can't work. */
  public static List<CudaLibrary> needed() {
    return List.of(values()).stream().filter(CudaLibrary::isNeeded).toList();
  }
}
