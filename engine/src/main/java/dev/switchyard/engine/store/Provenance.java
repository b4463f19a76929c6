package dev.switchyard.engine.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a run was made with: program, libraries, Java, system, processor. */
public final class Provenance {
  /** The program and the libraries whose version can change a result, as the build wrote them. */
  private static final String VERSIONS = "versions.properties";

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private Provenance() {}

  /** The provenance of a run begun now in this process. */
  public static Map<String, Object> now() {
    Map<String, Object> all = new LinkedHashMap<>();
    Map<String, Object> libraries = new TreeMap<>();
    versions().forEach((name, version) -> libraries.put(name.toString(), version));
    all.put("program", "Switchyard " + libraries.remove("switchyard"));
    all.put("libraries", libraries);
    all.put("java", "%s (%s)".formatted(property("java.vm.version"), property("java.vendor")));
    all.put(
        "system",
        "%s %s %s".formatted(property("os.name"), property("os.version"), property("os.arch")));
    all.put("cpu", cpu());
    all.put("processors", Runtime.getRuntime().availableProcessors());
    return all;
  }

  private static Properties versions() {
    Properties versions = new Properties();
    try (InputStream in = Provenance.class.getResourceAsStream(VERSIONS)) {
      versions.load(in);
      return versions;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  private static String cpu() {
    if (!Files.isReadable(CPU_INFO)) {
      return property("os.arch");
    }
    try (Stream<String> lines = Files.lines(CPU_INFO, StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse(property("os.arch"));
    } catch (IOException e) {
      return property("os.arch");
    }
  }
}
