package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;

/**
 * Loads CUDA's libraries by their full paths, and then JavaCPP's small ones, which ask for them by
 * name: the system's loader gives them those that are loaded already, wherever they lie.
 */
final class NativeLibraries {
  private static boolean loaded;

  private NativeLibraries() {}

  /**
   * Loads all that were found, once.
   *
   * @throws InputException that names a library that can't be loaded
   */
  static synchronized void load(CudaSurvey survey) {
    if (!loaded) {
      loadFound(survey.libraries());
      try {
        Loader.load(cudart.class);
        Loader.load(cublas.class);
        Loader.load(nvrtc.class);
      } catch (LinkageError e) {
        throw new InputException(
            "JavaCPP's presets for CUDA 13 can't be loaded: " + e.getMessage(), e);
      }
      loaded = true;
    }
  }

  /**
   * Loads NCCL's bindings; {@link #load} has loaded the library itself.
   *
   * @throws InputException if they can't be loaded
   */
  static synchronized void loadCollectives() {
    try {
      Loader.load(nccl.class);
    } catch (LinkageError e) {
      throw new InputException("JavaCPP's presets for NCCL can't be loaded: " + e.getMessage(), e);
    }
  }

  private static void loadFound(List<FoundLibrary> libraries) {
    // JavaCPP would refuse memory beyond twice the Java heap; the engine plans its own memory.
    for (String limit : List.of("maxPhysicalBytes", "maxBytes")) {
      if (System.getProperty("org.bytedeco.javacpp." + limit) == null) {
        System.setProperty("org.bytedeco.javacpp." + limit, "0");
      }
    }
    for (FoundLibrary found : libraries) {
      Path file = found.isInJar() ? unpacked(found) : found.file();
      try {
        SymbolLookup.libraryLookup(file, Arena.global());
      } catch (IllegalArgumentException e) {
        throw new InputException(
            "%s can't be loaded; install CUDA 13 anew, or name another in SWITCHYARD_CUDA_HOME."
                .formatted(file),
            e);
      }
    }
  }

  private static Path unpacked(FoundLibrary found) {
    try {
      return Loader.cacheResource("/" + found.file()).toPath();
    } catch (IOException e) {
      throw new InputException(found.file() + " can't be unpacked: " + e.getMessage(), e);
    }
  }
}
