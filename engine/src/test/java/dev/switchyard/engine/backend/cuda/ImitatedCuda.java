package dev.switchyard.engine.backend.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A folder with stand-ins for NVIDIA's driver and CUDA's libraries: a process that finds them in
 * place of the real ones comes by JavaCPP's own bindings to emulated kernels.
 */
final class ImitatedCuda {
  private static final String DRIVER = "libcuda.so.1";
  private static final List<String> LIBRARIES =
      List.of("libcudart.so.13", "libcublasLt.so.13", "libcublas.so.13", "libnvrtc.so.13");

  private ImitatedCuda() {}

  /** Fills the folder; the test is skipped where there is no g++. */
  static void build(Path folder) throws IOException {
    EmulatedCuda.kernels();
    for (String source : List.of("driver.h", "driver.cpp", "libraries.cpp")) {
      Files.write(folder.resolve(source), EmulatedKernels.read(source));
    }
    EmulatedKernels.compile(
        folder, "-shared", "-Wl,-soname," + DRIVER, "-o", DRIVER, "driver.cpp", "-ldl");
    EmulatedKernels.compile(folder, "-c", "-o", "libraries.o", "libraries.cpp");
    for (String library : LIBRARIES) {
      // Bindings ask for functions of a version that is called as the library is.
      Path versions = folder.resolve(library + ".versions");
      Files.writeString(versions, library + " { global: *; };");
      EmulatedKernels.compile(
          folder,
          "-shared",
          "-Wl,-soname," + library,
          "-Wl,--version-script=" + versions,
          "-o",
          library,
          "libraries.o",
          DRIVER);
    }
  }

  /** What a process needs in its environment to find them. */
  static Map<String, String> environment(Path folder) {
    return Map.of(
        "LD_LIBRARY_PATH", folder.toString(),
        "SWITCHYARD_CUDA_HOME", folder.toString(),
        "SWITCHYARD_HOME", folder.resolve("home").toString(),
        "EMULATED_KERNELS", EmulatedKernels.library().toString());
  }
}
