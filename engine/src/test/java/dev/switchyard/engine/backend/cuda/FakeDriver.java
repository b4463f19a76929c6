package dev.switchyard.engine.backend.cuda;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;

/** A library with the functions of NVIDIA's driver that discovery asks, and invented answers. */
final class FakeDriver {
  private FakeDriver() {}

  /** A machine with one GPU of this name. */
  static Path of(Path folder, int startResult, int cudaVersion, String gpu, int capability)
      throws IOException, InterruptedException {
    Path source = folder.resolve("driver.c");
    Files.writeString(
        source,
        """
        #include <string.h>
        int cuInit(unsigned flags) { return %d; }
        int cuDriverGetVersion(int* version) { *version = %d; return 0; }
        int cuDeviceGetCount(int* count) { *count = 1; return 0; }
        int cuDeviceGet(int* device, int index) { *device = index; return 0; }
        int cuDeviceGetName(char* name, int size, int device) {
          strncpy(name, "%s", size);
          return 0;
        }
        int cuDeviceTotalMem_v2(unsigned long* bytes, int device) {
          *bytes = 80ul << 30;
          return 0;
        }
        int cuDeviceGetAttribute(int* value, int attribute, int device) {
          *value = attribute == 75 ? %d : %d;
          return 0;
        }
        """
            .formatted(startResult, cudaVersion, gpu, capability / 10, capability % 10));
    Path library = folder.resolve("libcuda-%d.so.1".formatted(System.nanoTime()));
    run("gcc", "-shared", "-fPIC", "-o", library.toString(), source.toString());
    return library;
  }

  /** Runs a compiler; skips the test where there is none. */
  private static void run(String... command) throws IOException, InterruptedException {
    boolean present =
        System.getenv("PATH").lines().findFirst().stream()
            .flatMap(path -> Arrays.stream(path.split(File.pathSeparator)))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, command[0])));
    Assumptions.assumeTrue(
        present, () -> command[0].toUpperCase(Locale.ROOT) + " is not here to make a fake driver");
    int result = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (result != 0) {
      throw new IllegalStateException(String.join(" ", command) + " failed");
    }
  }
}
