package dev.switchyard.engine.backend.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks NVIDIA's driver what there is, without any other library of CUDA: a program that loads those
 * first fails, and prints, where there is no driver.
 */
final class NvidiaDriver {
  private static final String LIBRARY = "libcuda.so.1";
  private static final int NO_DEVICE = 100;
  private static final int STUB = 34;
  private static final int DRIVER_MISMATCH = 803;
  private static final int ATTRIBUTE_MAJOR = 75;
  private static final int ATTRIBUTE_MINOR = 76;
  private static final int LONGEST_NAME = 256;

  private final SymbolLookup functions;
  private final Arena arena;

  private NvidiaDriver(SymbolLookup functions, Arena arena) {
    this.functions = functions;
    this.arena = arena;
  }

  /** The facts of this machine's driver. */
  static DriverFacts ask() {
    return ask(LIBRARY);
  }

  /** The same of a library of this name or path. */
  static DriverFacts ask(String library) {
    try (Arena arena = Arena.ofConfined()) {
      // In the global arena: a driver that was started must stay.
      return new NvidiaDriver(SymbolLookup.libraryLookup(library, Arena.global()), arena).facts();
    } catch (IllegalArgumentException _) {
      return DriverFacts.absent("there is no NVIDIA driver (" + LIBRARY + ")");
    }
  }

  private DriverFacts facts() {
    MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
    int started = call("cuInit", 0);
    if (started == NO_DEVICE) {
      return DriverFacts.absent("the NVIDIA driver finds no GPU");
    }
    if (started != 0) {
      return DriverFacts.absent(
          "the NVIDIA driver does not start (error %d%s)".formatted(started, meaning(started)));
    }
    check("cuDriverGetVersion", call("cuDriverGetVersion", number));
    int version = number.get(ValueLayout.JAVA_INT, 0);
    check("cuDeviceGetCount", call("cuDeviceGetCount", number));
    int count = number.get(ValueLayout.JAVA_INT, 0);
    List<GpuFacts> gpus = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      gpus.add(gpu(index));
    }
    return new DriverFacts(version, gpus, gpus.isEmpty() ? "the NVIDIA driver finds no GPU" : "");
  }

  private static String meaning(int error) {
    return switch (error) {
      case STUB -> ": this library is a stub for compiling, not a driver";
      case DRIVER_MISMATCH -> ": its kernel module is of another version; restart the machine";
      default -> "";
    };
  }

  private GpuFacts gpu(int index) {
    MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
    check("cuDeviceGet", call("cuDeviceGet", number, index));
    int device = number.get(ValueLayout.JAVA_INT, 0);
    MemorySegment name = arena.allocate(LONGEST_NAME);
    check("cuDeviceGetName", call("cuDeviceGetName", name, LONGEST_NAME, device));
    MemorySegment bytes = arena.allocate(ValueLayout.JAVA_LONG);
    check("cuDeviceTotalMem", call("cuDeviceTotalMem_v2", bytes, device));
    int capability = 10 * attribute(number, ATTRIBUTE_MAJOR, device);
    capability += attribute(number, ATTRIBUTE_MINOR, device);
    return new GpuFacts(index, name.getString(0), capability, bytes.get(ValueLayout.JAVA_LONG, 0));
  }

  private int attribute(MemorySegment number, int attribute, int device) {
    check("cuDeviceGetAttribute", call("cuDeviceGetAttribute", number, attribute, device));
    return number.get(ValueLayout.JAVA_INT, 0);
  }

  private static void check(String function, int result) {
    if (result != 0) {
      throw new IllegalStateException(
          "NVIDIA's driver answers %s with error %d.".formatted(function, result));
    }
  }

  /** A function of integers and pointers that gives an error's number. */
  private int call(String name, Object... arguments) {
    MemoryLayout[] types = new MemoryLayout[arguments.length];
    for (int i = 0; i < types.length; i++) {
      types[i] = arguments[i] instanceof Integer ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS;
    }
    MemorySegment function =
        functions
            .find(name)
            .orElseThrow(
                () -> new IllegalStateException("NVIDIA's driver has no function " + name + "."));
    try {
      return (int)
          Linker.nativeLinker()
              .downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT, types))
              .invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException("NVIDIA's driver could not be asked.", e);
    }
  }
}
