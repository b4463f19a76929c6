package dev.switchyard.engine.backend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the system says of the processor. Only Linux says it in a way that a program can read
 * without a library; elsewhere nothing is known.
 *
 * @param text as in Linux' /proc/cpuinfo
 */
public record CpuFacts(String text) {
  private static final Path FILE = Path.of("/proc/cpuinfo");

  /** Those of this machine; empty where they are not known. */
  public static CpuFacts read() {
    try {
      return new CpuFacts(Files.isReadable(FILE) ? Files.readString(FILE) : "");
    } catch (IOException _) {
      return new CpuFacts("");
    }
  }

  /** The processor's name for people: "Intel(R) Xeon(R) Platinum 8480C"; empty if unknown. */
  public String name() {
    return firstValue("model name").orElse("");
  }

  /** Whether the maker is this one, such as "AuthenticAMD". */
  public boolean isOf(String vendor) {
    return firstValue("vendor_id").filter(vendor::equals).isPresent();
  }

  /** Whether it has all of these abilities, such as "avx512_bf16". */
  public boolean has(Set<String> flags) {
    return firstValue("flags")
        .filter(all -> new HashSet<>(List.of(all.split(" +"))).containsAll(flags))
        .isPresent();
  }

  private Optional<String> firstValue(String name) {
    return text.lines()
        .filter(line -> line.startsWith(name) && line.contains(":"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }
}
