package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.BlasKernels;
import dev.switchyard.engine.backend.NativeEnvironment;
import java.util.Optional;
import java.util.Properties;
import org.nd4j.linalg.factory.Nd4j;

/** Starts ND4J, once, with what must be said before its native library loads. */
public final class Nd4jRuntime {
  private static boolean started;

  private Nd4jRuntime() {}

  /** Starts ND4J; later calls do nothing. */
  public static synchronized void start() {
    if (started) {
      return;
    }
    started = true;
    BlasKernels.choose();
    // ND4J's threads would wait for each other by spinning. Where another program, or another rank,
    // wants the same processors, every operation then takes as long as their time slices: up to
    // 100 times as long as with threads that sleep.
    NativeEnvironment.setIfAbsent("OMP_WAIT_POLICY", "PASSIVE");
    // JavaCPP would refuse memory beyond twice the Java heap; the engine plans its own memory.
    setIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    setIfAbsent("org.bytedeco.javacpp.maxBytes", "0");
    Nd4j.getExecutioner();
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Whether ND4J computes, or would compute, on a GPU. */
  public static boolean usesGpu() {
    return CudaBuild.serves();
  }

  /**
   * One line for people where ND4J's CUDA build is on the class path but can't be used: why, and
   * that the CPU does the work.
   */
  public static Optional<String> note() {
    return CudaBuild.obstacle()
        .map(why -> "ND4J's CUDA build can't be used: " + why + ". ND4J computes on the CPU.");
  }

  /** One line: the device and its threads. */
  static String description() {
    Properties facts = Nd4j.getExecutioner().getEnvironmentInformation();
    return "ND4J on " + facts.get("backend") + ", " + facts.get("omp.threads") + " threads";
  }

  /** What computes matrix products: the library, and for OpenBLAS the kernels that it chose. */
  static String productKernels() {
    Object vendor = Nd4j.getExecutioner().getEnvironmentInformation().get("blas.vendor");
    if (!"OPENBLAS".equals(String.valueOf(vendor))) {
      return String.valueOf(vendor);
    }
    return "OpenBLAS " + BlasKernels.running();
  }
}
