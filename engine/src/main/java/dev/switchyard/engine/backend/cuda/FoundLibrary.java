package dev.switchyard.engine.backend.cuda;

import java.nio.file.Path;

/**
 * A library of CUDA on this machine.
 *
 * @param library which
 * @param file where it lies
 * @param source how it was found: "SWITCHYARD_CUDA_HOME", "CUDA installation", "Python packages",
 *     "system" or "class path"
 */
public record FoundLibrary(CudaLibrary library, Path file, String source) {
  static final String CLASS_PATH = "class path";

  /** Whether the file lies in a jar, from which it is unpacked when it is loaded. */
  boolean isInJar() {
    return source.equals(CLASS_PATH);
  }
}
