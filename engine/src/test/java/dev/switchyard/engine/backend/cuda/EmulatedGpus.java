package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Transport;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Emulated GPUs, one for each rank, between which a stand-in for NCCL sums and copies. It refuses
 * what NCCL would refuse: a GPU twice in a sum, memory that is not on the GPU in whose place it is
 * given.
 */
public final class EmulatedGpus {
  private final Map<Integer, EmulatedDevice> devices = new ConcurrentHashMap<>();
  private int sums;

  /** The backend of a rank, on a GPU of its own. */
  public Backend backend(int rank) {
    EmulatedDevice device = EmulatedCuda.device();
    devices.put(rank, device);
    return new CudaBackend(device, false);
  }

  /** Sums that went through the stand-in. */
  public int sums() {
    return sums;
  }

  /** Between the ranks' backends. */
  public Transport transport() {
    return new NcclTransport(new Standin());
  }

  private final class Standin implements Nccl {
    @Override
    public int gpuOf(long address) {
      return devices.entrySet().stream()
          .filter(entry -> entry.getValue().owns(address))
          .map(Map.Entry::getKey)
          .findFirst()
          .orElse(-1);
    }

    @Override
    public Clique clique(List<Integer> gpus) {
      if (new HashSet<>(gpus).size() != gpus.size()) {
        throw new CudaFault(CudaFault.Kind.OTHER, "a GPU twice in " + gpus);
      }
      return new Clique() {
        @Override
        public void allReduce(ElementType type, List<Long> buffers, long elements) {
          MemorySegment[] all = segments(type, buffers, elements);
          sums++;
          Transport.HOST.sum(type, all, all);
        }

        @Override
        public void reduce(ElementType type, List<Long> from, long to, int root, long elements) {
          if (gpuOf(to) != gpus.get(root)) {
            throw new CudaFault(CudaFault.Kind.OTHER, "the root is another GPU");
          }
          sums++;
          Transport.HOST.sum(
              type, segments(type, from, elements), segments(type, List.of(to), elements));
        }

        private MemorySegment[] segments(ElementType type, List<Long> at, long elements) {
          List<MemorySegment> segments = new ArrayList<>();
          for (int i = 0; i < at.size(); i++) {
            if (at.size() == gpus.size() && gpuOf(at.get(i)) != gpus.get(i)) {
              throw new CudaFault(CudaFault.Kind.OTHER, "memory of another GPU");
            }
            segments.add(segment(at.get(i), elements * type.bytes()));
          }
          return segments.toArray(MemorySegment[]::new);
        }
      };
    }

    private static MemorySegment segment(long address, long bytes) {
      return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    @Override
    public void copy(long to, long from, long bytes) {
      Transport.HOST.copy(segment(from, bytes), segment(to, bytes));
    }

    @Override
    public void finish() {}

    @Override
    public void close() {}
  }
}
