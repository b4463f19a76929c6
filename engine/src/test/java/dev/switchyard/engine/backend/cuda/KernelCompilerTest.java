package dev.switchyard.engine.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NVIDIA's compiler is asked for the GPU at hand, and what it made is kept. */
class KernelCompilerTest {
  @TempDir Path folder;

  /** JavaCPP's part for the compiler comes with that for the driver, which asks for the driver. */
  private static void needCompiler() {
    CudaSurvey machine = CudaSurvey.ofMachine();
    Assumptions.assumeTrue(
        machine.obstacle().isEmpty(),
        () -> "The compiler is not asked here: " + machine.obstacle().orElse("") + ".");
    NativeLibraries.load(machine);
  }

  @Test
  void aGpuNewerThanTheCompilerGetsCodeThatItsDriverTranslates() {
    needCompiler();
    assertThat(new KernelCompiler().options(999).getFirst()).matches(".*=compute_1\\d\\d");
    assertThat(new KernelCompiler().options(90).getFirst()).endsWith("=sm_90");
  }

  @Test
  void aMistakeInAKernelIsTheCompilersToTell() {
    needCompiler();
    KernelCompiler compiler = new KernelCompiler();
    KernelSource broken = new KernelSource("broken.cu", "__global__ void f() { undeclared(); }");
    assertThatThrownBy(() -> compiler.compile(broken, KernelSource.headers(), compiler.options(90)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("broken.cu")
        .hasMessageContaining("undeclared");
  }

  @Test
  void codeIsKeptUntilSomethingThatItDependsOnChangesOrItIsDamaged() throws Exception {
    KernelCache cache = new KernelCache(folder.resolve("new"));
    byte[] code = {1, 2, 3};
    assertThat(cache.get("a", List.of("x", "y"), () -> code)).isEqualTo(code);
    assertThat(cache.get("a", List.of("x", "y"), () -> new byte[] {9})).isEqualTo(code);
    assertThat(cache.get("a", List.of("xy", ""), () -> new byte[] {9})).isEqualTo(new byte[] {9});
    try (Stream<Path> files = Files.list(folder.resolve("new"))) {
      for (Path file : files.toList()) {
        byte[] damaged = Files.readAllBytes(file);
        damaged[0]++;
        Files.write(file, damaged);
      }
    }
    assertThat(cache.get("a", List.of("x", "y"), () -> new byte[] {7})).isEqualTo(new byte[] {7});
  }
}
