package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the cuda backend on this machine's GPUs: libraries, kernels, device. */
public final class CudaOpening {
  private static final Logger LOG = LoggerFactory.getLogger(CudaOpening.class);
  private static final String TF32 = "SWITCHYARD_TF32";
  private static final int COMPILING_THREADS = 4;

  // In place of this machine's GPUs, or null.
  private static volatile IntFunction<CudaDevice> otherDevices;

  private CudaOpening() {}

  /** Opens these devices from now on in place of this machine's GPUs; null: those again. */
  static void useDevices(IntFunction<CudaDevice> devices) {
    otherDevices = devices;
  }

  /**
   * A backend on one of the GPUs that can be used; the caller closes it.
   *
   * @param number counts through those GPUs, and begins again behind the last: several backends may
   *     share one
   * @param hostReads whether its tensors' memory can be read and written by the host as well, for
   *     exchanges between devices
   * @throws InputException that says why there is none, and what to do
   */
  public static CudaBackend open(int number, boolean hostReads) {
    return new CudaBackend(device(number, hostReads), "1".equals(System.getenv(TF32)));
  }

  /**
   * Whether so many ranks exchange from GPU to GPU: they share the only one, or each has its own
   * and NCCL is there.
   */
  public static boolean exchangesOnGpus(int ranks) {
    CudaSurvey survey = CudaSurvey.ofMachine();
    int gpus = survey.usableGpus().size();
    return gpus == 1 || (ranks <= gpus && survey.library(CudaLibrary.COLLECTIVES).isPresent());
  }

  /**
   * A transport for the backends of so many ranks, for which {@link #exchangesOnGpus}; the caller
   * closes it.
   *
   * @throws InputException as {@link #open}
   */
  public static Transport transport(int ranks) {
    List<GpuFacts> gpus = usable().usableGpus();
    if (gpus.size() == 1) {
      CudaDevice device = device(0, false);
      return new CudaTransport(device, new Faults(device), true);
    }
    NativeLibraries.loadCollectives();
    try {
      return new NcclTransport(new NcclLibrary(gpus.subList(0, ranks)));
    } catch (CudaFault fault) {
      throw new InputException(
          "NCCL can't be started between the GPUs (%s).".formatted(fault.getMessage()), fault);
    }
  }

  /** This machine's, after its libraries are loaded. */
  private static CudaSurvey usable() {
    CudaSurvey survey = CudaSurvey.ofMachine();
    survey
        .obstacle()
        .ifPresent(
            why -> {
              throw new InputException("The cuda backend can't be used: " + why + ".");
            });
    NativeLibraries.load(survey);
    return survey;
  }

  private static CudaDevice device(int number, boolean hostReads) {
    IntFunction<CudaDevice> others = otherDevices;
    if (others != null) {
      return others.apply(number);
    }
    CudaSurvey survey = usable();
    List<GpuFacts> gpus = survey.usableGpus();
    GpuFacts gpu = gpus.get(number % gpus.size());
    List<byte[]> code =
        code(gpu.capability(), survey.driver().cudaVersion(), KernelCache.ofEnvironment());
    try {
      CudaDevice device = new GpuDevice(gpu, code, hostReads);
      LOG.info("Opened {}", gpu);
      return device;
    } catch (CudaFault fault) {
      throw new InputException(
          "The GPU %s can't be opened (%s).".formatted(gpu.name(), fault.getMessage()), fault);
    }
  }

  /**
   * The kernels' code for a compute capability, from the cache or compiled now, file by file on a
   * few threads.
   */
  static List<byte[]> code(int capability, int driver, KernelCache cache) {
    KernelCompiler compiler = new KernelCompiler();
    List<KernelSource> headers = KernelSource.headers();
    List<String> options = compiler.options(capability);
    ExecutorService threads =
        Executors.newFixedThreadPool(
            COMPILING_THREADS, Thread.ofPlatform().name("kernel compiler ", 1).daemon().factory());
    try {
      List<Future<byte[]>> all = new ArrayList<>();
      for (KernelSource source : KernelSource.all(capability)) {
        List<String> dependsOn = new ArrayList<>(options);
        dependsOn.addAll(List.of(compiler.version(), Integer.toString(driver), source.text()));
        headers.forEach(header -> dependsOn.add(header.text()));
        all.add(
            threads.submit(
                () ->
                    cache.get(
                        source.name(),
                        dependsOn,
                        () -> compiler.compile(source, headers, options))));
      }
      List<byte[]> code = new ArrayList<>();
      for (Future<byte[]> each : all) {
        code.add(each.get());
      }
      return code;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException problem
          ? problem
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("Interrupted while kernels were compiled.", e);
    } finally {
      threads.close();
    }
  }
}
