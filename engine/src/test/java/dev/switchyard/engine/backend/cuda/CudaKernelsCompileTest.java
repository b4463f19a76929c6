package dev.switchyard.engine.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * NVIDIA's compiler takes every kernel. It needs neither a GPU nor a driver for that, but JavaCPP's
 * presets do, so it is called without them. The ordinary test compiles for one architecture, the
 * profile "kernels" for all that CUDA 13 knows.
 */
final class CudaKernelsCompileTest {
  private static final String ARCHITECTURES = System.getProperty("kernels.architectures", "90");

  @Test
  void theCompilerTakesEveryKernel() {
    Map<CudaLibrary, FoundLibrary> found =
        LibrarySearch.ofMachine().find().stream()
            .filter(library -> !library.isInJar())
            .collect(Collectors.toMap(FoundLibrary::library, Function.identity()));
    Assumptions.assumeTrue(
        found.containsKey(CudaLibrary.COMPILER) && found.containsKey(CudaLibrary.COMPILER_BUILTINS),
        "no NVRTC of CUDA 13 on this machine (nor in SWITCHYARD_CUDA_HOME)");
    // The compiler asks for its other half by name, and gets what is loaded already.
    SymbolLookup.libraryLookup(found.get(CudaLibrary.COMPILER_BUILTINS).file(), Arena.global());
    Nvrtc nvrtc =
        new Nvrtc(
            SymbolLookup.libraryLookup(found.get(CudaLibrary.COMPILER).file(), Arena.global()));
    for (int capability :
        Arrays.stream(ARCHITECTURES.split(",")).mapToInt(Integer::parseInt).toArray()) {
      // Side by side: the compiler takes most of its time for two of the files.
      KernelSource.all(capability).parallelStream()
          .forEach(
              source ->
                  assertThat(nvrtc.codeBytes(source, capability))
                      .as("bytes of %s for %d", source.name(), capability)
                      .isPositive());
    }
  }

  /** The compiler's functions. */
  private record Nvrtc(SymbolLookup symbols) {
    private int call(String name, Object... arguments) {
      MemoryLayout[] layouts =
          Arrays.stream(arguments)
              .map(argument -> argument instanceof Integer ? JAVA_INT : ADDRESS)
              .toArray(MemoryLayout[]::new);
      try {
        return (int)
            Linker.nativeLinker()
                .downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, layouts))
                .invokeWithArguments(arguments);
      } catch (Throwable e) {
        throw new AssertionError(name, e);
      }
    }

    /** How long the machine code is; fails with the compiler's log. */
    long codeBytes(KernelSource source, int capability) {
      try (Arena arena = Arena.ofConfined()) {
        List<KernelSource> headers = KernelSource.headers();
        MemorySegment program = arena.allocate(ADDRESS);
        int created =
            call(
                "nvrtcCreateProgram",
                program,
                arena.allocateFrom(source.text()),
                arena.allocateFrom(source.name()),
                headers.size(),
                strings(arena, headers.stream().map(KernelSource::text).toList()),
                strings(arena, headers.stream().map(KernelSource::name).toList()));
        assertThat(created).as("nvrtcCreateProgram").isZero();
        MemorySegment handle = program.get(ADDRESS, 0);
        List<String> options =
            List.of("--gpu-architecture=sm_" + capability, "-default-device", "--std=c++17");
        int compiled = call("nvrtcCompileProgram", handle, options.size(), strings(arena, options));
        assertThat(compiled).as(() -> logOf(arena, handle)).isZero();
        MemorySegment size = arena.allocate(JAVA_LONG);
        assertThat(call("nvrtcGetCUBINSize", handle, size)).isZero();
        assertThat(call("nvrtcDestroyProgram", program)).isZero();
        return size.get(JAVA_LONG, 0);
      }
    }

    private String logOf(Arena arena, MemorySegment handle) {
      MemorySegment size = arena.allocate(JAVA_LONG);
      call("nvrtcGetProgramLogSize", handle, size);
      MemorySegment log = arena.allocate(size.get(JAVA_LONG, 0));
      call("nvrtcGetProgramLog", handle, log);
      return log.getString(0);
    }

    private static MemorySegment strings(Arena arena, List<String> strings) {
      MemorySegment addresses = arena.allocate(ADDRESS, strings.size());
      for (int i = 0; i < strings.size(); i++) {
        addresses.setAtIndex(ADDRESS, i, arena.allocateFrom(strings.get(i)));
      }
      return addresses;
    }
  }
}
