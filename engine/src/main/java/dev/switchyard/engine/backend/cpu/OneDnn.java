package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.CpuFacts;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.Loader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * oneDNN's C interface by direct calls with plain addresses. JavaCPP unpacks the library; the
 * presets' classes are not needed. There is one for the process, where the processor multiplies
 * bfloat16 numbers; handles that it gives are the caller's to destroy.
 */
final class OneDnn {
  /** A bfloat16 element. */
  static final int BFLOAT16 = 2;

  /** A float32 element. */
  static final int FLOAT32 = 3;

  private static final Logger LOG = LoggerFactory.getLogger(OneDnn.class);
  private static final String LIBRARIES = "/org/bytedeco/dnnl/linux-x86_64/";
  private static final Set<String> NEEDED_FLAGS = Set.of("avx512_bf16", "avx512bw", "avx512vl");
  private static final int BFLOAT16_INSTRUCTIONS = 0xe7;
  private static final int CPU = 1;
  private static final int SCRATCHPAD_OF_CALLER = 1;
  private static final int SCRATCHPAD_QUERY = 136;

  // Argument numbers of a product.
  private static final int[] ARGUMENTS = {1, 33, 17, 80};
  private static final int ARGUMENT_BYTES = 16;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfLong POINTER = ValueLayout.JAVA_LONG;

  private final SymbolLookup library;
  private final long engine;
  private final MethodHandle setThreads;
  private final MethodHandle execute;
  private final MethodHandle setDataHandle;

  private static final class Holder {
    static final Optional<OneDnn> LOADED = load();
  }

  private OneDnn(SymbolLookup library) {
    this.library = library;
    this.setThreads = function("omp_set_num_threads", FunctionDescriptor.ofVoid(INT));
    this.execute = function("dnnl_primitive_execute", status(POINTER, POINTER, INT, POINTER));
    this.setDataHandle = function("dnnl_memory_set_data_handle", status(POINTER, POINTER));
    this.engine = made("dnnl_engine_create", status(POINTER, INT, LONG), CPU, 0L);
  }

  /** The library, where the processor has instructions for bfloat16; loaded at the first call. */
  static Optional<OneDnn> onThisMachine() {
    return Holder.LOADED;
  }

  private static Optional<OneDnn> load() {
    if (!CpuFacts.read().has(NEEDED_FLAGS) || OneDnn.class.getResource(LIBRARIES) == null) {
      return Optional.empty();
    }
    try {
      // The first lies beside the second, which finds it there.
      unpack("libgomp.so.1");
      File file = unpack("libdnnl.so.3");
      OneDnn loaded = new OneDnn(SymbolLookup.libraryLookup(file.toPath(), Arena.global()));
      return loaded.knowsBfloat16() ? Optional.of(loaded) : Optional.empty();
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      LOG.warn("oneDNN could not be loaded; products of bfloat16 are emulated.", e);
      return Optional.empty();
    }
  }

  private static File unpack(String library) throws IOException {
    File file = Loader.cacheResource(OneDnn.class, LIBRARIES + library);
    if (file == null) {
      throw new IOException("The library " + library + " is missing from the program's files.");
    }
    return file;
  }

  private boolean knowsBfloat16() {
    try {
      int instructions =
          (int) function("dnnl_get_effective_cpu_isa", FunctionDescriptor.of(INT)).invokeExact();
      return (instructions & BFLOAT16_INSTRUCTIONS) == BFLOAT16_INSTRUCTIONS;
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  // ---- calls ----

  /**
   * Makes what the calling thread computes, or prepares, stay on it: the backend shares work out
   * among threads itself.
   */
  void useOneThread() {
    try {
      setThreads.invokeExact(1);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  /** A stream, for one thread at a time. */
  long stream() {
    return made("dnnl_stream_create", status(POINTER, POINTER, INT), engine, 1);
  }

  /** A matrix [rows, columns] whose elements lie at these distances from one another. */
  long matrix(int rows, int columns, int type, long rowStride, long columnStride) {
    try (Arena arena = Arena.ofConfined()) {
      long lengths = arena.allocateFrom(LONG, rows, columns).address();
      long strides = arena.allocateFrom(LONG, rowStride, columnStride).address();
      return made(
          "dnnl_memory_desc_create_with_strides",
          status(POINTER, INT, POINTER, INT, POINTER),
          2,
          lengths,
          type,
          strides);
    }
  }

  /** A prepared product of matrices; its scratch is the caller's. */
  Product product(long a, long b, long c, int typeC, boolean accumulate) {
    useOneThread();
    long attributes = made("dnnl_primitive_attr_create", status(POINTER));
    long after = 0;
    long description = 0;
    try {
      call(
          "dnnl_primitive_attr_set_scratchpad_mode",
          status(POINTER, INT),
          attributes,
          SCRATCHPAD_OF_CALLER);
      if (accumulate) {
        after = made("dnnl_post_ops_create", status(POINTER));
        call(
            "dnnl_post_ops_append_sum",
            status(POINTER, ValueLayout.JAVA_FLOAT, INT, INT),
            after,
            1f,
            0,
            typeC);
        call("dnnl_primitive_attr_set_post_ops", status(POINTER, POINTER), attributes, after);
      }
      description =
          made(
              "dnnl_matmul_primitive_desc_create",
              status(POINTER, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER),
              engine,
              a,
              b,
              0L,
              c,
              attributes);
      long primitive = made("dnnl_primitive_create", status(POINTER, POINTER), description);
      long scratch =
          (long)
              call(
                  "dnnl_primitive_desc_query_md",
                  FunctionDescriptor.of(POINTER, POINTER, INT, INT),
                  description,
                  SCRATCHPAD_QUERY,
                  0);
      long bytes =
          (long) call("dnnl_memory_desc_get_size", FunctionDescriptor.of(LONG, POINTER), scratch);
      return new Product(primitive, copyOf(scratch), bytes);
    } finally {
      destroy("dnnl_primitive_desc_destroy", description);
      destroy("dnnl_post_ops_destroy", after);
      destroy("dnnl_primitive_attr_destroy", attributes);
    }
  }

  /**
   * A prepared product.
   *
   * @param scratch description of its scratch memory
   * @param scratchBytes size of that memory
   */
  record Product(long primitive, long scratch, long scratchBytes) {}

  private long copyOf(long description) {
    return made("dnnl_memory_desc_clone", status(POINTER, POINTER), description);
  }

  /** A handle for memory as described, at an address that {@link #run} sets. */
  long memory(long description) {
    return made(
        "dnnl_memory_create", status(POINTER, POINTER, POINTER, POINTER), description, engine, 0L);
  }

  /** Space for the arguments of {@link #run}, for {@link OffHeap#free}. */
  static long arguments(long a, long b, long c, long scratch) {
    long arguments = OffHeap.allocate((long) ARGUMENTS.length * ARGUMENT_BYTES);
    long[] memories = {a, b, c, scratch};
    for (int i = 0; i < ARGUMENTS.length; i++) {
      OffHeap.setInt(arguments + (long) i * ARGUMENT_BYTES, ARGUMENTS[i]);
      OffHeap.ALL.set(
          ValueLayout.JAVA_LONG_UNALIGNED,
          arguments + (long) i * ARGUMENT_BYTES + Long.BYTES,
          memories[i]);
    }
    return arguments;
  }

  /** Says where a memory lies. */
  void place(long memory, long address) {
    try {
      check("dnnl_memory_set_data_handle", (int) setDataHandle.invokeExact(memory, address));
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  /** Computes, and returns when it is done. */
  void run(long primitive, long stream, long arguments) {
    try {
      int status = (int) execute.invokeExact(primitive, stream, ARGUMENTS.length, arguments);
      check("dnnl_primitive_execute", status);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  /** Gives back what a function of oneDNN gave; does nothing for 0. */
  void destroy(String destructor, long handle) {
    if (handle != 0) {
      call(destructor, status(POINTER), handle);
    }
  }

  // ---- the way to C ----

  private MethodHandle function(String name, FunctionDescriptor signature) {
    MemorySegment address =
        library
            .find(name)
            .orElseThrow(() -> new IllegalStateException("oneDNN has no function " + name));
    return Linker.nativeLinker().downcallHandle(address, signature);
  }

  private static FunctionDescriptor status(MemoryLayout... parameters) {
    return FunctionDescriptor.of(INT, parameters);
  }

  /** Calls a function that writes a handle to its first parameter. */
  private long made(String name, FunctionDescriptor signature, Object... others) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(LONG);
      Object[] all = new Object[others.length + 1];
      all[0] = handle.address();
      System.arraycopy(others, 0, all, 1, others.length);
      call(name, signature, all);
      return handle.get(LONG, 0);
    }
  }

  private Object call(String name, FunctionDescriptor signature, Object... parameters) {
    try {
      Object result = function(name, signature).invokeWithArguments(parameters);
      if (result instanceof Integer status) {
        check(name, status);
      }
      return result;
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  private static void check(String function, int status) {
    if (status != 0) {
      throw new IllegalStateException("oneDNN's %s failed: %d.".formatted(function, status));
    }
  }

  private static RuntimeException failure(Throwable e) {
    return e instanceof RuntimeException known
        ? known
        : new IllegalStateException("oneDNN could not be called.", e);
  }
}
