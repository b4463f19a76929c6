package dev.switchyard.engine.backend;

import dev.switchyard.engine.backend.cpu.CpuBackend;
import dev.switchyard.engine.backend.cuda.CudaOpening;
import dev.switchyard.engine.backend.cuda.CudaSurvey;
import dev.switchyard.engine.backend.nd4j.Nd4jBackend;
import dev.switchyard.engine.backend.nd4j.Nd4jRuntime;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Transport;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens backends by name. */
public final class Backends {
  /**
   * A backend, and what to tell people about how it was chosen.
   *
   * @param backend the backend, which the caller closes
   * @param note one line, or empty where there is nothing to tell
   */
  public record Choice(Backend backend, String note) {}

  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);

  private Backends() {}

  /**
   * A new backend, which the caller closes.
   *
   * @param name as for {@link #choose}
   * @param floatType the type of real tensors
   * @throws IllegalArgumentException if there is none of that name, or not for that type
   */
  public static Backend open(String name, ElementType floatType) {
    return choose(name, floatType).backend();
  }

  /**
   * A new backend, and why it is this one.
   *
   * @param name "cuda", "cpu", "nd4j", or "auto" for the best that works on this machine
   * @param floatType the type of real tensors
   * @throws IllegalArgumentException if there is none of that name, or not for that type
   * @throws InputException if it can't work on this machine, with what to do about it
   */
  public static Choice choose(String name, ElementType floatType) {
    return switch (name) {
      case "auto" -> fastest(floatType);
      case "cuda" -> new Choice(cuda(floatType, 0, false), "");
      case "cpu" -> new Choice(cpu(floatType), "");
      case "nd4j" -> new Choice(new Nd4jBackend(floatType), Nd4jRuntime.note().orElse(""));
      default -> throw unknown(name);
    };
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException(
        "There is no backend named \"" + name + "\"; there are auto, cuda, cpu and nd4j.");
  }

  /**
   * What moves and sums the buffers of backends of {@link #openForExchange}; the caller closes it
   * after them. Virtual devices on one GPU exchange on it, GPUs of a rank each through NCCL, and
   * all else through memory that the host reads as well.
   *
   * @param name as for {@link #choose}
   * @param ranks that exchange
   */
  public static Transport transport(String name, ElementType floatType, int ranks) {
    boolean cuda =
        name.equals("cuda")
            || (name.equals("auto")
                && floatType == ElementType.FLOAT32
                && CudaSurvey.ofMachine().obstacle().isEmpty());
    return cuda && CudaOpening.exchangesOnGpus(ranks)
        ? CudaOpening.transport(ranks)
        : Transport.HOST;
  }

  /**
   * A new backend for one of several devices, whose {@link Backend#memory} the {@link #transport}
   * of that name reaches. The caller closes it.
   *
   * @param name as for {@link #choose}
   * @param ranks that exchange
   * @param device from 0: which GPU, where there are some; several devices share one if need be
   * @param threads that it may keep busy, where that can be chosen
   */
  public static Backend openForExchange(
      String name, ElementType floatType, int ranks, int device, int threads) {
    return switch (name) {
      case "auto" -> bestForExchange(floatType, ranks, device, threads);
      case "cuda" -> cuda(floatType, device, !CudaOpening.exchangesOnGpus(ranks));
      case "cpu" -> new CpuBackend(threads);
      default -> open(name, floatType);
    };
  }

  private static Backend bestForExchange(
      ElementType floatType, int ranks, int device, int threads) {
    if (floatType == ElementType.FLOAT32 && CudaSurvey.ofMachine().obstacle().isEmpty()) {
      return cuda(floatType, device, !CudaOpening.exchangesOnGpus(ranks));
    }
    boolean nd4j = floatType != ElementType.FLOAT32 || Nd4jRuntime.usesGpu();
    return nd4j ? new Nd4jBackend(floatType) : new CpuBackend(threads);
  }

  // Only nd4j knows double precision, and through its CUDA build older GPUs.
  private static Choice fastest(ElementType floatType) {
    CudaSurvey survey = CudaSurvey.ofMachine();
    List<String> notes = new ArrayList<>();
    if (floatType == ElementType.FLOAT32 && survey.obstacle().isEmpty()) {
      try {
        return chosen(cuda(floatType, 0, false), notes);
      } catch (InputException e) {
        notes.add(e.getMessage());
      }
    } else if (floatType == ElementType.FLOAT32 && !survey.driver().gpus().isEmpty()) {
      notes.add("The cuda backend can't be used: " + survey.obstacle().orElseThrow() + ".");
    }
    boolean nd4j = floatType != ElementType.FLOAT32 || Nd4jRuntime.usesGpu();
    Nd4jRuntime.note().ifPresent(notes::add);
    return chosen(nd4j ? new Nd4jBackend(floatType) : cpu(floatType), notes);
  }

  private static Choice chosen(Backend backend, List<String> notes) {
    LOG.info("auto takes {}", backend.description());
    return new Choice(backend, String.join(" ", notes));
  }

  private static Backend cuda(ElementType floatType, int device, boolean hostReads) {
    if (floatType != ElementType.FLOAT32) {
      throw new IllegalArgumentException(
          "The cuda backend computes in FLOAT32, not in " + floatType + ".");
    }
    return CudaOpening.open(device, hostReads);
  }

  private static Backend cpu(ElementType floatType) {
    if (floatType != ElementType.FLOAT32) {
      throw new IllegalArgumentException(
          "The cpu backend computes in FLOAT32, not in " + floatType + ".");
    }
    return new CpuBackend();
  }
}
