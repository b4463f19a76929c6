package dev.switchyard.engine.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/** What a run was made with: program, libraries, Java, system, processor. */
public final class Provenance {
  /** Libraries whose version can change a result, as group/artifact. */
  private static final Map<String, String> LIBRARIES =
      Map.of(
          "nd4j", "org.nd4j/nd4j-native",
          "javacpp", "org.bytedeco/javacpp",
          "openblas", "org.bytedeco/openblas",
          "tokenizers", "ai.djl.huggingface/tokenizers",
          "jackson", "com.fasterxml.jackson.core/jackson-databind");

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private Provenance() {}

  /** The provenance of a run begun now in this process. */
  public static Map<String, Object> now() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("program", "Switchyard " + version("dev.switchyard/engine", "in development"));
    Map<String, Object> libraries = new LinkedHashMap<>();
    LIBRARIES.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> libraries.put(e.getKey(), version(e.getValue(), "unknown")));
    all.put("libraries", libraries);
    all.put("java", "%s (%s)".formatted(property("java.vm.version"), property("java.vendor")));
    all.put(
        "system",
        "%s %s %s".formatted(property("os.name"), property("os.version"), property("os.arch")));
    all.put("cpu", cpu());
    all.put("processors", Runtime.getRuntime().availableProcessors());
    return all;
  }

  private static String version(String artifact, String otherwise) {
    String resource = "/META-INF/maven/" + artifact + "/pom.properties";
    try (InputStream in = Provenance.class.getResourceAsStream(resource)) {
      if (in == null) {
        return otherwise;
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version", otherwise);
    } catch (IOException e) {
      return otherwise;
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
