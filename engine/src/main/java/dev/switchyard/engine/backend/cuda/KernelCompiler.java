package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.configuration.InputException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** NVIDIA's compiler at run time (NVRTC): kernels in CUDA C++ to code for one kind of GPU. */
final class KernelCompiler {
  private static final int LONGEST_LOG = 400;

  /** Its version: "13.1". */
  String version() {
    int[] major = new int[1];
    int[] minor = new int[1];
    check("nvrtcVersion", nvrtc.nvrtcVersion(major, minor));
    return major[0] + "." + minor[0];
  }

  /** The compute capabilities, times ten, that it makes code for. */
  List<Integer> capabilities() {
    int[] count = new int[1];
    check("nvrtcGetNumSupportedArchs", nvrtc.nvrtcGetNumSupportedArchs(count));
    int[] all = new int[count[0]];
    check("nvrtcGetSupportedArchs", nvrtc.nvrtcGetSupportedArchs(all));
    List<Integer> capabilities = new ArrayList<>();
    for (int capability : all) {
      capabilities.add(capability);
    }
    return capabilities;
  }

  /** The options for a GPU. One newer than the compiler gets code that its driver translates. */
  List<String> options(int capability) {
    List<Integer> known = capabilities();
    int nearest =
        known.stream().filter(each -> each <= capability).reduce(Math::max).orElse(capability);
    return List.of(
        "--gpu-architecture=%s_%d".formatted(nearest == capability ? "sm" : "compute", nearest),
        "-default-device",
        "--std=c++17",
        "--fmad=true");
  }

  /**
   * Machine code, or what a driver translates, for the driver to load.
   *
   * @throws InputException with the first lines of the compiler's log
   */
  byte[] compile(KernelSource source, List<KernelSource> headers, List<String> options) {
    _nvrtcProgram program = new _nvrtcProgram();
    try (BytePointer text = new BytePointer(source.text());
        BytePointer name = new BytePointer(source.name());
        PointerPointer<BytePointer> texts = strings(headers, KernelSource::text);
        PointerPointer<BytePointer> names = strings(headers, KernelSource::name);
        PointerPointer<BytePointer> arguments =
            new PointerPointer<>(options.toArray(String[]::new))) {
      check(
          "nvrtcCreateProgram",
          nvrtc.nvrtcCreateProgram(program, text, name, headers.size(), texts, names));
      int result = nvrtc.nvrtcCompileProgram(program, options.size(), arguments);
      if (result != 0) {
        throw new InputException(
            "The CUDA kernels in %s could not be compiled (NVRTC %s, %s): %s"
                .formatted(source.name(), version(), options.getFirst(), log(program)));
      }
      return options.getFirst().contains("=sm_")
          ? bytes(
              size -> nvrtc.nvrtcGetCUBINSize(program, size),
              code -> nvrtc.nvrtcGetCUBIN(program, code))
          : bytes(
              size -> nvrtc.nvrtcGetPTXSize(program, size),
              code -> nvrtc.nvrtcGetPTX(program, code));
    } finally {
      if (!program.isNull()) {
        int _ = nvrtc.nvrtcDestroyProgram(program);
      }
    }
  }

  private static PointerPointer<BytePointer> strings(
      List<KernelSource> sources, Function<KernelSource, String> of) {
    return new PointerPointer<>(sources.stream().map(of).toArray(String[]::new));
  }

  private interface Sizing {
    int ask(SizeTPointer size);
  }

  private interface Filling {
    int ask(byte[] bytes);
  }

  private static byte[] bytes(Sizing sizing, Filling filling) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      check("NVRTC", sizing.ask(size));
      byte[] bytes = new byte[Math.toIntExact(size.get())];
      check("NVRTC", filling.ask(bytes));
      return bytes;
    }
  }

  private static String log(_nvrtcProgram program) {
    byte[] bytes =
        bytes(
            size -> nvrtc.nvrtcGetProgramLogSize(program, size),
            log -> nvrtc.nvrtcGetProgramLog(program, log));
    String log = new String(bytes, StandardCharsets.UTF_8).strip();
    return log.substring(0, Math.min(LONGEST_LOG, log.length()));
  }

  private static void check(String function, int result) {
    if (result != 0) {
      throw new InputException(
          "%s failed: %s.".formatted(function, nvrtc.nvrtcGetErrorString(result).getString()));
    }
  }
}
