package dev.switchyard.engine.backend.cuda;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All CUDA kernels as functions of this processor: compiled by g++ with the emulation header, block
 * after block, a block's threads as fibers. The library is kept under the build folder until a
 * source changes.
 */
final class EmulatedKernels {
  private static final String EMULATION = "emulation.cpp";
  private static final Pattern INCLUDE = Pattern.compile("#include \"([^\"]+)\"");
  private static final long MOST_MINUTES = 5;
  private static Optional<EmulatedKernels> built;

  private final MethodHandle emulate;
  private final MethodHandle order;
  private final MethodHandle arity;
  private final MethodHandle error;

  private EmulatedKernels(Path library) {
    SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
    Linker linker = Linker.nativeLinker();
    ValueLayout.OfInt number = ValueLayout.JAVA_INT;
    this.emulate =
        linker.downcallHandle(
            symbols.findOrThrow("emulate"),
            FunctionDescriptor.of(
                number,
                ValueLayout.ADDRESS,
                number,
                number,
                number,
                number,
                number,
                number,
                number,
                ValueLayout.ADDRESS));
    this.order =
        linker.downcallHandle(
            symbols.findOrThrow("emulation_order"), FunctionDescriptor.ofVoid(number));
    this.arity =
        linker.downcallHandle(
            symbols.findOrThrow("emulation_arity"),
            FunctionDescriptor.of(number, ValueLayout.ADDRESS));
    this.error =
        linker.downcallHandle(
            symbols.findOrThrow("emulation_error"),
            FunctionDescriptor.of(
                ValueLayout.ADDRESS.withTargetLayout(
                    java.lang.foreign.MemoryLayout.sequenceLayout(4096, ValueLayout.JAVA_BYTE))));
  }

  /**
   * The kernels of the main resources, or nothing where there is no g++.
   *
   * @throws IllegalStateException if they don't compile
   */
  static synchronized Optional<EmulatedKernels> build() {
    if (built == null) {
      built = hasCompiler() ? Optional.of(new EmulatedKernels(library())) : Optional.empty();
    }
    return built;
  }

  private static boolean hasCompiler() {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(folder, "g++"))) {
        return true;
      }
    }
    return false;
  }

  /** The library with all kernels; compiled where there is none of these sources yet. */
  static Path library() {
    try {
      List<String> names = sources(EMULATION, new ArrayList<>());
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String name : names) {
        digest.update(read(name));
      }
      String hash = HexFormat.of().formatHex(digest.digest(), 0, 8);
      Path folder = Path.of("target", "emulated-kernels", hash).toAbsolutePath();
      Path library = folder.resolve("libkernels.so");
      if (!Files.exists(library)) {
        Files.createDirectories(folder);
        for (String name : names) {
          Files.write(folder.resolve(name), read(name));
        }
        compile(folder, library);
      }
      return library;
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("The kernels can't be compiled for emulation.", e);
    }
  }

  /** The file and what it includes of ours, all in one folder. */
  private static List<String> sources(String name, List<String> found) throws IOException {
    if (!found.contains(name)) {
      found.add(name);
      Matcher includes =
          INCLUDE.matcher(new String(read(name), java.nio.charset.StandardCharsets.UTF_8));
      while (includes.find()) {
        sources(includes.group(1), found);
      }
    }
    return found;
  }

  static byte[] read(String name) throws IOException {
    try (InputStream in = EmulatedKernels.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("There is no source " + name + " among the resources.");
      }
      return in.readAllBytes();
    }
  }

  private static void compile(Path folder, Path library) throws IOException {
    Path unfinished = folder.resolve("unfinished.so");
    compile(
        folder,
        "-march=native",
        "-shared",
        "-DSWITCHYARD_EMULATION",
        EMULATION,
        "-o",
        unfinished.toString());
    Files.move(unfinished, library, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Runs the compiler in a folder. */
  static void compile(Path folder, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("g++", "-std=c++17", "-O2", "-fPIC"));
    command.addAll(List.of(arguments));
    Path log = folder.resolve("log.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException("g++ did not end in " + MOST_MINUTES + " minutes.");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while g++ compiled the kernels.", e);
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException("g++ refuses the kernels:\n" + Files.readString(log));
    }
  }

  /**
   * Runs a kernel to its end.
   *
   * @param arguments 8 bytes each, those of the argument first (little endian)
   * @throws IllegalStateException if there is no such kernel, the launch is impossible, or the
   *     kernel makes a mistake that the emulation sees; the message says which
   */
  @SuppressWarnings("TooManyParameters") // those of a launch
  synchronized void launch(
      String kernel,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int shared,
      long[] arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(kernel);
      int parameters = (int) arity.invokeExact(name);
      if (parameters >= 0 && parameters != arguments.length) {
        throw new IllegalStateException(
            "%s has %d parameters, not %d".formatted(kernel, parameters, arguments.length));
      }
      MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_LONG, arguments);
      MemorySegment addresses = arena.allocate(ValueLayout.ADDRESS, Math.max(1, arguments.length));
      for (int i = 0; i < arguments.length; i++) {
        addresses.setAtIndex(ValueLayout.ADDRESS, i, values.asSlice(8L * i));
      }
      int code =
          (int)
              emulate.invokeExact(name, gridX, gridY, gridZ, blockX, blockY, 1, shared, addresses);
      if (code != 0) {
        throw new IllegalStateException(((MemorySegment) error.invokeExact()).getString(0));
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * In what order blocks and threads run from now on: 0 as they are counted, 1 backwards, another
   * number shuffles the threads. Results must not depend on it.
   */
  synchronized void order(int number) {
    try {
      order.invokeExact(number);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
