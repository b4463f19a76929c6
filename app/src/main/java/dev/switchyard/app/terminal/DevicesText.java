package dev.switchyard.app.terminal;

import dev.switchyard.engine.backend.MachineDevices;
import dev.switchyard.engine.backend.MachineDevices.ServedGpu;
import dev.switchyard.engine.backend.cuda.CudaLibrary;
import dev.switchyard.engine.backend.cuda.CudaSurvey;
import dev.switchyard.engine.backend.cuda.FoundLibrary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a machine can compute on, for people and for machines. */
public final class DevicesText {
  private static final List<String> ON_PROCESSOR = List.of("cpu", "nd4j");

  private DevicesText() {}

  /** A line for each device and library, and what "auto" takes. */
  public static List<String> lines(MachineDevices devices) {
    List<String> lines = new ArrayList<>();
    lines.add(
        line(
            "processor",
            "%s%d %s: backends %s"
                .formatted(
                    devices.processor().isEmpty() ? "" : devices.processor() + ", ",
                    devices.cores(),
                    devices.cores() == 1 ? "core" : "cores",
                    String.join(" and ", ON_PROCESSOR))));
    for (ServedGpu gpu : devices.gpus()) {
      lines.add(
          line(
              "GPU " + gpu.facts().index(),
              "%s, compute capability %s, %s: %s"
                  .formatted(
                      gpu.facts().name(),
                      gpu.facts().capabilityText(),
                      Figures.bytes(gpu.facts().memoryBytes()),
                      served(gpu))));
    }
    if (devices.gpus().isEmpty()) {
      lines.add(line("GPU", "none"));
    }
    CudaSurvey cuda = devices.cuda();
    lines.add(
        line(
            "driver",
            cuda.driver().isPresent()
                ? "NVIDIA's, runs CUDA up to " + cuda.driver().versionText()
                : "none: " + cuda.driver().problem()));
    for (CudaLibrary library : CudaLibrary.values()) {
      lines.add(line("CUDA 13", library(library, cuda.library(library))));
    }
    CudaSurvey.uselessHome().ifPresent(problem -> lines.add(line("CUDA 13", problem)));
    lines.add(
        line(
            "auto",
            "takes %s%s"
                .formatted(
                    devices.automatic(), devices.note().isEmpty() ? "" : ". " + devices.note())));
    return lines;
  }

  private static String line(String name, String text) {
    return "%-10s %s".formatted(name, text);
  }

  private static String served(ServedGpu gpu) {
    if (gpu.backend().equals("cuda")) {
      return "backend cuda";
    }
    return gpu.backend().isEmpty()
        ? "no backend: " + gpu.why()
        : "backend %s (not cuda: %s)".formatted(gpu.backend(), gpu.why());
  }

  private static String library(CudaLibrary library, Optional<FoundLibrary> found) {
    return found
        .map(at -> "%s (%s)".formatted(at.file(), at.source()))
        .orElseGet(
            () ->
                "%s is %s"
                    .formatted(
                        library.fileName(),
                        library.isNeeded()
                            ? "missing: pip install " + library.pythonPackage()
                            : "not there; optional"));
  }

  /** The same for machines, by snake_case name. */
  public static Map<String, Object> figures(MachineDevices devices) {
    CudaSurvey cuda = devices.cuda();
    Map<String, Object> figures = new LinkedHashMap<>();
    Map<String, Object> processor = new LinkedHashMap<>();
    processor.put("name", devices.processor());
    processor.put("cores", devices.cores());
    processor.put("backends", ON_PROCESSOR);
    figures.put("processor", processor);
    figures.put("gpus", devices.gpus().stream().map(DevicesText::figures).toList());
    Map<String, Object> driver = new LinkedHashMap<>();
    driver.put("present", cuda.driver().isPresent());
    driver.put("cuda_version", cuda.driver().isPresent() ? cuda.driver().versionText() : null);
    driver.put("problem", cuda.driver().problem());
    figures.put("driver", driver);
    figures.put(
        "libraries",
        List.of(CudaLibrary.values()).stream().map(each -> figures(each, cuda)).toList());
    figures.put("presets", cuda.bindings());
    figures.put("auto", devices.automatic());
    figures.put("note", devices.note());
    return figures;
  }

  private static Map<String, Object> figures(ServedGpu gpu) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("index", gpu.facts().index());
    figures.put("name", gpu.facts().name());
    figures.put("compute_capability", gpu.facts().capabilityText());
    figures.put("memory_bytes", gpu.facts().memoryBytes());
    figures.put("backend", gpu.backend().isEmpty() ? null : gpu.backend());
    figures.put("why_not_cuda", gpu.why());
    return figures;
  }

  private static Map<String, Object> figures(CudaLibrary library, CudaSurvey cuda) {
    Optional<FoundLibrary> found = cuda.library(library);
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("name", library.fileName());
    figures.put("needed", library.isNeeded());
    figures.put("path", found.map(at -> at.file().toString()).orElse(null));
    figures.put("found_in", found.map(FoundLibrary::source).orElse(null));
    figures.put("python_package", library.pythonPackage());
    return figures;
  }
}
