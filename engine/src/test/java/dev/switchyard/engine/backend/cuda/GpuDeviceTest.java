package dev.switchyard.engine.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.ChildJvm;
import dev.switchyard.engine.train.RunsOnTheDriver;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * All the way to the driver: libraries found and loaded, kernels compiled, launches, copies beside
 * the stream, graphs and products, as JavaCPP's bindings pass them on. The driver and CUDA's
 * libraries are stand-ins that do work when they like, and refuse what real ones would. In a
 * process of its own, whose driver they are.
 */
final class GpuDeviceTest {
  private static final String NOTHING_AMISS =
      """
      cuda: imitated GPU \\(compute capability 9.0\\), cuBLASLt 13.1.0
      \\d\\d compared\
      """;

  @TempDir Path folder;

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  @Timeout(600)
  void operationsAndRunsAreRightWheneverTheDriverDoesTheWork() throws Exception {
    ImitatedCuda.build(folder);
    ProcessBuilder of = ChildJvm.running(RunsOnTheDriver.class, folder.toString());
    of.environment().putAll(ImitatedCuda.environment(folder));
    Process process = of.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader said = process.inputReader()) {
      List<String> lines = said.lines().toList();
      assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
      assertThat(String.join("\n", lines)).matches(NOTHING_AMISS);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
