package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Transport;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Between buffers on several GPUs, one rank on each: sums by NCCL, copies from GPU to GPU. NCCL
 * asks for all GPUs of a sum at once, so whichever rank carries an exchange speaks for all of them.
 * The order of its sums is NCCL's own: the same on all ranks and from run to run, but not that of
 * the host.
 */
final class NcclTransport implements Transport {
  private static final int ON_HOST = -1;

  private final Nccl nccl;

  /** A transport that closes NCCL when it is closed. */
  NcclTransport(Nccl nccl) {
    this.nccl = nccl;
  }

  /** A sum over whole buffers costs NCCL less than one of each part. */
  @Override
  public boolean dividesSums() {
    return false;
  }

  @Override
  public synchronized void copy(MemorySegment from, MemorySegment to) {
    if (isOnHost(from)) {
      HOST.copy(from, to);
    } else {
      worded(() -> nccl.copy(to.address(), from.address(), from.byteSize()));
    }
  }

  @Override
  public synchronized void sum(ElementType type, MemorySegment[] from, MemorySegment[] to) {
    if (isOnHost(from[0])) {
      HOST.sum(type, from, to);
      return;
    }
    List<Long> buffers = Arrays.stream(from).map(MemorySegment::address).toList();
    long elements = from[0].byteSize() / type.bytes();
    worded(
        () -> {
          List<Integer> gpus = buffers.stream().map(nccl::gpuOf).toList();
          Nccl.Clique clique = nccl.clique(gpus);
          if (to.length == 1) {
            int root = gpus.indexOf(nccl.gpuOf(to[0].address()));
            clique.reduce(type, buffers, to[0].address(), root, elements);
          } else {
            clique.allReduce(type, buffers, elements);
          }
        });
  }

  private boolean isOnHost(MemorySegment buffer) {
    return buffer.byteSize() == 0 || nccl.gpuOf(buffer.address()) == ON_HOST;
  }

  @Override
  public synchronized void finish() {
    worded(nccl::finish);
  }

  private static void worded(Runnable exchange) {
    try {
      exchange.run();
    } catch (CudaFault fault) {
      throw new InputException(
          "The GPUs can't exchange what they computed (%s); train on one of them, or name the cpu"
                  .formatted(fault.getMessage())
              + " backend.",
          fault);
    }
  }

  @Override
  public synchronized void close() {
    nccl.close();
  }
}
