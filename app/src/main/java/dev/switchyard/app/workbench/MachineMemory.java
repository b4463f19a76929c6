package dev.switchyard.app.workbench;

import com.sun.management.OperatingSystemMXBean;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.model.ParameterShape;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.ModelFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The memory of this machine: the system would promise more, and end the program that uses it. */
final class MachineMemory {
  private static final Path FIGURES = Path.of("/proc/meminfo");
  private static final Pattern AVAILABLE = Pattern.compile("MemAvailable: *(\\d+) kB");

  /** What other programs, and Java itself, are left. */
  private static final double KEPT_FREE = 0.5e9;

  private MachineMemory() {}

  /**
   * Numbers that a model's weights take for certain: of a folder of transformers those that every
   * token meets, as experts are read when they get tokens.
   */
  static long weights(ModelFolder folder) {
    ModelDescription description = folder.description();
    return SwitchTransformer.parameterShapes(description.model(), description.routing()).stream()
        .filter(parameter -> !(folder.isForeign() && parameter.isExpert()))
        .mapToLong(ParameterShape::size)
        .sum();
  }

  /**
   * Refuses to read weights where the memory is about to end. Where the system does not say how
   * much there is, nothing is refused.
   *
   * @throws InputException if so
   */
  static void checkThereIs(long bytes) {
    double available = available();
    if (bytes + KEPT_FREE > available) {
      throw new InputException(
          ("There are %.1f GB of memory left, too few to read more of the model's weights: close"
                  + " other programs, or take less text at once.")
              .formatted(available / 1e9));
    }
  }

  private static double available() {
    if (!Files.isReadable(FIGURES)) {
      return Double.POSITIVE_INFINITY;
    }
    try (Stream<String> lines = Files.lines(FIGURES, StandardCharsets.ISO_8859_1)) {
      return lines
          .map(AVAILABLE::matcher)
          .filter(Matcher::lookingAt)
          .mapToDouble(found -> Double.parseDouble(found.group(1)) * 1024)
          .findFirst()
          .orElse(Double.POSITIVE_INFINITY);
    } catch (IOException | UncheckedIOException e) {
      return Double.POSITIVE_INFINITY;
    }
  }

  /**
   * Refuses what does not fit.
   *
   * @param bytes needed
   * @param what needs them, as the start of a sentence
   * @param advice what to do
   * @throws InputException with all three
   */
  static void check(double bytes, String what, String advice) {
    double there =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    if (bytes > there) {
      throw new InputException(
          "%s needs about %,.0f GB of memory, and there are %,.0f GB: %s."
              .formatted(what, Math.ceil(bytes / 1e9), there / 1e9, advice));
    }
  }
}
