package dev.switchyard.engine.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What this machine has for the cuda backend, found without loading CUDA's libraries or JavaCPP,
 * whose failed attempts print.
 *
 * @param driver NVIDIA's driver and the GPUs that it drives
 * @param libraries of CUDA 13, those that were found
 * @param bindings the version of JavaCPP's presets on the class path, or empty
 */
public record CudaSurvey(DriverFacts driver, List<FoundLibrary> libraries, String bindings) {
  /** The oldest driver with which the libraries of CUDA 13 work, by the CUDA that it runs. */
  static final int OLDEST_DRIVER = 13000;

  /** The oldest GPUs for which CUDA 13 makes code: Turing. */
  static final int OLDEST_CAPABILITY = 75;

  private static final String CUDA = "13.";
  private static final String VERSION_FILE = "META-INF/maven/org.bytedeco/cuda/pom.properties";

  private static final Supplier<CudaSurvey> MACHINE = Once.of(CudaSurvey::survey);

  /** This machine's, looked up once. */
  public static CudaSurvey ofMachine() {
    return MACHINE.get();
  }

  private static CudaSurvey survey() {
    return new CudaSurvey(
        NvidiaDriver.ask(), LibrarySearch.ofMachine().find(), versionOfBindings());
  }

  private static String versionOfBindings() {
    Properties properties = new Properties();
    try (InputStream in = CudaSurvey.class.getClassLoader().getResourceAsStream(VERSION_FILE)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "");
  }

  /** Why no GPU here can be used, and what to do; empty where one can. */
  public Optional<String> obstacle() {
    if (driver.gpus().isEmpty()) {
      return machineObstacle();
    }
    for (GpuFacts gpu : driver.gpus()) {
      if (obstacle(gpu).isEmpty()) {
        return Optional.empty();
      }
    }
    return obstacle(driver.gpus().getFirst());
  }

  /** Why this GPU can't be used, and what to do; empty where it can. */
  public Optional<String> obstacle(GpuFacts gpu) {
    return gpu.capability() < OLDEST_CAPABILITY
        ? Optional.of(
            "%s has compute capability %s, and CUDA 13 needs %d.%d (Turing) or newer"
                .formatted(
                    gpu.name(),
                    gpu.capabilityText(),
                    OLDEST_CAPABILITY / 10,
                    OLDEST_CAPABILITY % 10))
        : machineObstacle();
  }

  private Optional<String> machineObstacle() {
    if (!driver.problem().isEmpty()) {
      return Optional.of(
          driver.problem() + "; install NVIDIA's driver 580 or newer where there is a GPU");
    }
    if (driver.cudaVersion() < OLDEST_DRIVER) {
      return Optional.of(
          "the NVIDIA driver runs CUDA up to %s, and the backend needs 13.0: install driver 580 or"
                  .formatted(driver.versionText())
              + " newer");
    }
    if (!bindings.startsWith(CUDA)) {
      return Optional.of(
          bindings.isEmpty()
              ? "JavaCPP's presets for CUDA 13 are not on the class path"
              : "the class path has JavaCPP's presets for CUDA %s in place of 13.1: build without"
                      .formatted(bindings.split("-", 2)[0])
                  + " the profile nd4j-cuda");
    }
    return missingLibraries();
  }

  private Optional<String> missingLibraries() {
    Set<CudaLibrary> missing = EnumSet.copyOf(CudaLibrary.needed());
    libraries.forEach(found -> missing.remove(found.library()));
    if (missing.isEmpty()) {
      return Optional.empty();
    }
    String names = missing.stream().map(CudaLibrary::fileName).collect(Collectors.joining(", "));
    return Optional.of(
        "CUDA 13's %s %s missing: %s"
            .formatted(names, missing.size() == 1 ? "is" : "are", advice(missing)));
  }

  private static String advice(Set<CudaLibrary> missing) {
    String packages =
        missing.stream()
            .map(CudaLibrary::pythonPackage)
            .distinct()
            .collect(Collectors.joining(" "));
    return "pip install %s, or name a CUDA 13 installation in SWITCHYARD_CUDA_HOME"
        .formatted(packages);
  }

  /** The library, if it was found. */
  public Optional<FoundLibrary> library(CudaLibrary library) {
    return libraries.stream().filter(found -> found.library() == library).findFirst();
  }

  /** What is wrong with the folder for libraries that this process was told; or empty. */
  public static Optional<String> uselessHome() {
    return LibrarySearch.ofMachine().uselessHome();
  }

  /** The GPUs that the backend can use, in the driver's order. */
  public List<GpuFacts> usableGpus() {
    List<GpuFacts> usable = new ArrayList<>(driver.gpus());
    usable.removeIf(gpu -> obstacle(gpu).isPresent());
    return List.copyOf(usable);
  }
}
