package dev.switchyard.engine.backend.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** A real GPU, through the driver's own interface. */
final class GpuDevice implements CudaDevice {
  // 48 KB without being asked for, of which a kernel's own arrays take some, and the system 1 KB of
  // each block from Ampere on. To ask for more costs nothing.
  private static final int USUAL_SHARED_BYTES = 32 << 10;
  private static final int MOST_ARGUMENTS = 64;
  private static final int AMPERE = 80;

  private final GpuFacts facts;
  private final boolean hostReads;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment arguments = arena.allocate(8L * MOST_ARGUMENTS, 8);
  private final PointerPointer<Pointer> argumentPointers = new PointerPointer<>(MOST_ARGUMENTS);
  private final PointerPointer<Pointer> none = new PointerPointer<>((Pointer) null);
  private final int[] number = new int[1];
  private final CUctx_st context = new CUctx_st();
  private final CUstream_st stream = new CUstream_st();
  // Copies beside the stream, one for each direction: a GPU copies both ways at once.
  private final CUstream_st inward = new CUstream_st();
  private final CUstream_st outward = new CUstream_st();
  private final CUevent_st arrived = new CUevent_st();
  private final CUevent_st reached = new CUevent_st();
  private final List<CUmod_st> modules = new ArrayList<>();
  private final Map<String, Kernel> kernels = new HashMap<>();
  private final LtProducts products;
  private final long workspace;

  private static final class Kernel {
    private final CUfunc_st function;
    private int sharedBytes = USUAL_SHARED_BYTES;

    Kernel(CUfunc_st function) {
      this.function = function;
    }
  }

  private final class CapturedGraph implements Graph {
    private final CUgraphExec_st work;

    CapturedGraph(CUgraphExec_st work) {
      this.work = work;
    }

    @Override
    public void free() {
      use();
      CudaCalls.check(cudart.cuGraphExecDestroy(work), "cuGraphExecDestroy");
    }
  }

  private final class Mark implements Event {
    private final CUevent_st event;

    Mark(CUevent_st event) {
      this.event = event;
    }

    @Override
    public boolean isPast() {
      use();
      int result = cudart.cuEventQuery(event);
      if (result == cudart.CUDA_ERROR_NOT_READY) {
        return false;
      }
      CudaCalls.check(result, "cuEventQuery");
      return true;
    }

    @Override
    public void await() {
      use();
      CudaCalls.check(cudart.cuEventSynchronize(event), "cuEventSynchronize");
      CudaCalls.check(cudart.cuEventDestroy(event), "cuEventDestroy");
    }
  }

  /**
   * Opens a GPU with these kernels.
   *
   * @param code for the driver to load, one for each file of kernels
   * @param hostReads whether the host may read and write the device's memory as well, through the
   *     driver, which moves its pages to and fro: for exchanges between devices
   */
  GpuDevice(GpuFacts facts, List<byte[]> code, boolean hostReads) {
    this.facts = facts;
    this.hostReads = hostReads;
    for (int i = 0; i < MOST_ARGUMENTS; i++) {
      argumentPointers.put(i, new Address(arguments.address() + 8L * i));
    }
    CudaCalls.check(cudart.cuInit(0), "cuInit");
    CudaCalls.check(cudart.cuDeviceGet(number, facts.index()), "cuDeviceGet");
    CudaCalls.check(
        cudart.cuDevicePrimaryCtxRetain(context, number[0]), "cuDevicePrimaryCtxRetain");
    use();
    for (CUstream_st each : List.of(stream, inward, outward)) {
      CudaCalls.check(cudart.cuStreamCreate(each, cudart.CU_STREAM_NON_BLOCKING), "cuStreamCreate");
    }
    for (CUevent_st each : List.of(arrived, reached)) {
      create(each);
    }
    for (byte[] each : code) {
      load(each);
    }
    workspace = allocate(LtProducts.WORKSPACE_BYTES);
    products = new LtProducts(workspace);
  }

  private void load(byte[] code) {
    CUmod_st module = new CUmod_st();
    // Translated code is text, and ends with a 0.
    try (BytePointer bytes = new BytePointer(code.length + 1L)) {
      bytes.put(code).put(code.length, (byte) 0);
      CudaCalls.check(cudart.cuModuleLoadData(module, bytes), "cuModuleLoadData");
    }
    modules.add(module);
  }

  /** The calling thread works with this GPU from now on: any thread may call, one at a time. */
  private void use() {
    CudaCalls.check(cudart.cuCtxSetCurrent(context), "cuCtxSetCurrent");
  }

  @Override
  public GpuFacts facts() {
    return facts;
  }

  @Override
  public String productKernels() {
    return products.version();
  }

  @Override
  public boolean hasMatrixUnitsForBfloat16() {
    return facts.capability() >= AMPERE;
  }

  @Override
  public long allocate(long bytes) {
    use();
    long[] at = new long[1];
    int result =
        hostReads
            ? cudart.cuMemAllocManaged(at, bytes, cudart.CU_MEM_ATTACH_GLOBAL)
            : cudart.cuMemAlloc(at, bytes);
    CudaCalls.check(result, "cuMemAlloc of " + bytes + " bytes");
    return at[0];
  }

  @Override
  public void free(long address) {
    use();
    CudaCalls.check(cudart.cuMemFree(address), "cuMemFree");
  }

  @Override
  public boolean holds(long address) {
    use();
    try (IntPointer answer = new IntPointer(1)) {
      int result =
          cudart.cuPointerGetAttribute(answer, cudart.CU_POINTER_ATTRIBUTE_MEMORY_TYPE, address);
      // The driver does not know memory that others have allocated.
      return result == cudart.CUDA_SUCCESS && answer.get() == cudart.CU_MEMORYTYPE_DEVICE;
    }
  }

  @Override
  public MemorySegment allocateHost(long bytes) {
    use();
    try (PointerPointer<Pointer> at = new PointerPointer<>(1)) {
      CudaCalls.check(cudart.cuMemHostAlloc(at, bytes, 0), "cuMemHostAlloc");
      return MemorySegment.ofAddress(at.get(Pointer.class, 0).address()).reinterpret(bytes);
    }
  }

  @Override
  public void freeHost(MemorySegment memory) {
    use();
    CudaCalls.check(cudart.cuMemFreeHost(new Address(memory)), "cuMemFreeHost");
  }

  @Override
  public void copyOut(MemorySegment to, long from, long bytes) {
    use();
    CudaCalls.check(
        cudart.cuMemcpyDtoHAsync(new Address(to), from, bytes, stream), "cuMemcpyDtoHAsync");
  }

  @Override
  public void copyInBeside(long to, MemorySegment from, long bytes) {
    use();
    CudaCalls.check(
        cudart.cuMemcpyHtoDAsync(to, new Address(from), bytes, inward), "cuMemcpyHtoDAsync");
    CudaCalls.check(cudart.cuEventRecord(arrived, inward), "cuEventRecord");
    CudaCalls.check(cudart.cuStreamWaitEvent(stream, arrived, 0), "cuStreamWaitEvent");
  }

  @Override
  public Event copyOutBeside(MemorySegment to, long from, long bytes) {
    use();
    CudaCalls.check(cudart.cuEventRecord(reached, stream), "cuEventRecord");
    CudaCalls.check(cudart.cuStreamWaitEvent(outward, reached, 0), "cuStreamWaitEvent");
    CudaCalls.check(
        cudart.cuMemcpyDtoHAsync(new Address(to), from, bytes, outward), "cuMemcpyDtoHAsync");
    return record(outward);
  }

  @Override
  public void copy(long to, long from, long bytes) {
    use();
    // Not only within this GPU: a transport copies from others too.
    CudaCalls.check(cudart.cuMemcpyAsync(to, from, bytes, stream), "cuMemcpyAsync");
  }

  @Override
  public void zero(long to, long bytes) {
    use();
    CudaCalls.check(cudart.cuMemsetD8Async(to, (byte) 0, bytes, stream), "cuMemsetD8Async");
  }

  @Override
  public void write(long to, long value) {
    use();
    CudaCalls.check(cudart.cuMemsetD32Async(to, (int) value, 1, stream), "cuMemsetD32Async");
    CudaCalls.check(
        cudart.cuMemsetD32Async(to + Integer.BYTES, (int) (value >>> Integer.SIZE), 1, stream),
        "cuMemsetD32Async");
  }

  @Override
  public void launch(Launch launch) {
    use();
    Kernel kernel = kernels.computeIfAbsent(launch.kernel(), this::find);
    Launch.Grid grid = launch.grid();
    if (grid.sharedBytes() > kernel.sharedBytes) {
      CudaCalls.check(
          cudart.cuFuncSetAttribute(
              kernel.function,
              cudart.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
              grid.sharedBytes()),
          launch.kernel() + " with " + grid.sharedBytes() + " bytes of shared memory");
      kernel.sharedBytes = grid.sharedBytes();
    }
    for (int i = 0; i < launch.argumentCount(); i++) {
      arguments.setAtIndex(ValueLayout.JAVA_LONG, i, launch.argument(i));
    }
    CudaCalls.check(
        cudart.cuLaunchKernel(
            kernel.function,
            grid.x(),
            grid.y(),
            grid.z(),
            grid.threadsX(),
            grid.threadsY(),
            1,
            grid.sharedBytes(),
            stream,
            argumentPointers,
            none),
        launch.kernel());
  }

  private Kernel find(String name) {
    for (CUmod_st module : modules) {
      CUfunc_st function = new CUfunc_st();
      int result = cudart.cuModuleGetFunction(function, module, name);
      if (result == cudart.CUDA_SUCCESS) {
        return new Kernel(function);
      }
      if (result != cudart.CUDA_ERROR_NOT_FOUND) {
        CudaCalls.check(result, "cuModuleGetFunction of " + name);
      }
    }
    throw new CudaFault(CudaFault.Kind.OTHER, "there is no kernel " + name);
  }

  @Override
  public void multiply(Product product, long a, long b, long out) {
    use();
    products.multiply(product, a, b, out, stream);
  }

  @Override
  public Event record() {
    use();
    return record(stream);
  }

  private Event record(CUstream_st on) {
    CUevent_st event = new CUevent_st();
    create(event);
    CudaCalls.check(cudart.cuEventRecord(event, on), "cuEventRecord");
    return new Mark(event);
  }

  private static void create(CUevent_st event) {
    CudaCalls.check(cudart.cuEventCreate(event, cudart.CU_EVENT_DISABLE_TIMING), "cuEventCreate");
  }

  @Override
  public void synchronize() {
    use();
    CudaCalls.check(cudart.cuStreamSynchronize(stream), "cuStreamSynchronize");
  }

  @Override
  public Graph capture(Runnable work) {
    use();
    CudaCalls.check(
        cudart.cuStreamBeginCapture(stream, cudart.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
        "cuStreamBeginCapture");
    CUgraph_st graph = new CUgraph_st();
    boolean done = false;
    try {
      work.run();
      done = true;
    } finally {
      int result = cudart.cuStreamEndCapture(stream, graph);
      if (done) {
        CudaCalls.check(result, "cuStreamEndCapture");
      } else if (!graph.isNull()) {
        int _ = cudart.cuGraphDestroy(graph);
      }
    }
    CUgraphExec_st ready = new CUgraphExec_st();
    int result = cudart.cudaGraphInstantiateWithFlags(ready, graph, 0);
    int _ = cudart.cuGraphDestroy(graph);
    CudaCalls.check(result, "cudaGraphInstantiate");
    return new CapturedGraph(ready);
  }

  @Override
  public void replay(Graph graph) {
    use();
    CudaCalls.check(cudart.cuGraphLaunch(((CapturedGraph) graph).work, stream), "cuGraphLaunch");
  }

  /** What fails here fails because the device is lost: there is nothing more to do about it. */
  @Override
  public void close() {
    int _ = cudart.cuCtxSetCurrent(context);
    products.close();
    int _ = cudart.cuMemFree(workspace);
    for (CUmod_st module : modules) {
      int _ = cudart.cuModuleUnload(module);
    }
    for (CUevent_st each : List.of(arrived, reached)) {
      int _ = cudart.cuEventDestroy(each);
    }
    for (CUstream_st each : List.of(inward, outward, stream)) {
      int _ = cudart.cuStreamDestroy(each);
    }
    int _ = cudart.cuDeviceGet(number, facts.index());
    int _ = cudart.cuDevicePrimaryCtxRelease(number[0]);
    arena.close();
  }
}
