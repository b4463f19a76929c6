package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.tensor.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclComm;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;

/** The real NCCL, all GPUs driven from the calling thread. */
final class NcclLibrary implements Nccl {
  private final Map<Integer, Gpu> gpus = new HashMap<>();
  private final Map<List<Integer>, Communicators> cliques = new HashMap<>();

  private record Gpu(int index, CUctx_st context, CUstream_st stream) {
    /** The calling thread works with this GPU from now on. */
    void use() {
      CudaCalls.check(cudart.cuCtxSetCurrent(context), "cuCtxSetCurrent");
    }
  }

  private final class Communicators implements Clique {
    private final List<Integer> members;
    private final List<ncclComm> each = new ArrayList<>();

    Communicators(List<Integer> members) {
      this.members = members;
      int[] devices = members.stream().mapToInt(Integer::intValue).toArray();
      try (PointerPointer<ncclComm> made = new PointerPointer<>(devices.length)) {
        check(nccl.ncclCommInitAll(made, devices.length, devices), "ncclCommInitAll");
        for (int i = 0; i < devices.length; i++) {
          each.add(made.get(ncclComm.class, i));
        }
      }
    }

    @Override
    public void allReduce(ElementType type, List<Long> buffers, long elements) {
      onAll(
          i -> {
            Address buffer = new Address(buffers.get(i));
            CUstream_st stream = gpus.get(members.get(i)).stream();
            check(
                nccl.ncclAllReduce(
                    buffer, buffer, elements, typeOf(type), nccl.ncclSum, each.get(i), stream),
                "ncclAllReduce");
          });
    }

    @Override
    public void reduce(ElementType type, List<Long> from, long to, int root, long elements) {
      onAll(
          i -> {
            // Only the root's is written.
            Address result = new Address(i == root ? to : from.get(i));
            CUstream_st stream = gpus.get(members.get(i)).stream();
            check(
                nccl.ncclReduce(
                    new Address(from.get(i)),
                    result,
                    elements,
                    typeOf(type),
                    nccl.ncclSum,
                    root,
                    each.get(i),
                    stream),
                "ncclReduce");
          });
    }

    private void onAll(IntConsumer call) {
      check(nccl.ncclGroupStart(), "ncclGroupStart");
      try {
        for (int i = 0; i < members.size(); i++) {
          call.accept(i);
        }
      } finally {
        check(nccl.ncclGroupEnd(), "ncclGroupEnd");
      }
    }

    void close() {
      for (ncclComm communicator : each) {
        int _ = nccl.ncclCommDestroy(communicator);
      }
    }
  }

  /**
   * Streams on these GPUs, which from now on reach each other's memory where the machine has a way
   * between them.
   */
  NcclLibrary(List<GpuFacts> machine) {
    int[] device = new int[1];
    for (GpuFacts facts : machine) {
      CUctx_st context = new CUctx_st();
      CudaCalls.check(cudart.cuDeviceGet(device, facts.index()), "cuDeviceGet");
      CudaCalls.check(
          cudart.cuDevicePrimaryCtxRetain(context, device[0]), "cuDevicePrimaryCtxRetain");
      CudaCalls.check(cudart.cuCtxSetCurrent(context), "cuCtxSetCurrent");
      CUstream_st stream = new CUstream_st();
      CudaCalls.check(
          cudart.cuStreamCreate(stream, cudart.CU_STREAM_NON_BLOCKING), "cuStreamCreate");
      gpus.put(facts.index(), new Gpu(facts.index(), context, stream));
    }
    for (Gpu gpu : gpus.values()) {
      gpu.use();
      for (Gpu other : gpus.values()) {
        if (other.index() != gpu.index()) {
          // Without a way between them copies go by the host: slower, with the same result.
          int _ = cudart.cuCtxEnablePeerAccess(other.context(), 0);
        }
      }
    }
  }

  @Override
  public int gpuOf(long address) {
    gpus.values().iterator().next().use();
    try (IntPointer answer = new IntPointer(1)) {
      int result =
          cudart.cuPointerGetAttribute(answer, cudart.CU_POINTER_ATTRIBUTE_MEMORY_TYPE, address);
      // The driver does not know memory that others have allocated.
      if (result != cudart.CUDA_SUCCESS || answer.get() != cudart.CU_MEMORYTYPE_DEVICE) {
        return -1;
      }
      CudaCalls.check(
          cudart.cuPointerGetAttribute(answer, cudart.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, address),
          "cuPointerGetAttribute");
      return answer.get();
    }
  }

  @Override
  public Clique clique(List<Integer> members) {
    return cliques.computeIfAbsent(members, Communicators::new);
  }

  @Override
  public void copy(long to, long from, long bytes) {
    Gpu gpu = gpus.get(gpuOf(to));
    gpu.use();
    CudaCalls.check(cudart.cuMemcpyAsync(to, from, bytes, gpu.stream()), "cuMemcpyAsync");
  }

  @Override
  public void finish() {
    for (Gpu gpu : gpus.values()) {
      gpu.use();
      CudaCalls.check(cudart.cuStreamSynchronize(gpu.stream()), "cuStreamSynchronize");
    }
  }

  private static int typeOf(ElementType type) {
    return switch (type) {
      case FLOAT32 -> nccl.ncclFloat32;
      case FLOAT64 -> nccl.ncclFloat64;
      case BFLOAT16 -> nccl.ncclBfloat16;
      case INT32 -> nccl.ncclInt32;
    };
  }

  private static void check(int result, String call) {
    if (result != nccl.ncclSuccess) {
      throw new CudaFault(
          CudaFault.Kind.OTHER, call + ": " + nccl.ncclGetErrorString(result).getString());
    }
  }

  /** What fails here fails because a device is lost: there is nothing more to do about it. */
  @Override
  public void close() {
    cliques.values().forEach(Communicators::close);
    int[] device = new int[1];
    for (Gpu gpu : gpus.values()) {
      int _ = cudart.cuCtxSetCurrent(gpu.context());
      int _ = cudart.cuStreamDestroy(gpu.stream());
      int _ = cudart.cuDeviceGet(device, gpu.index());
      int _ = cudart.cuDevicePrimaryCtxRelease(device[0]);
    }
    cliques.clear();
    gpus.clear();
  }
}
