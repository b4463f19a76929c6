package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.tensor.ElementType;
import java.util.List;

/**
 * What NCCL and the driver do between the GPUs of a machine. Work goes into one stream a GPU, in
 * order; {@link #finish} waits for it. For one thread at a time, whichever.
 */
interface Nccl extends AutoCloseable {
  /** GPUs that sum together. */
  interface Clique {
    /**
     * Starts the sum of all buffers into each of them.
     *
     * @param buffers addresses, one on each GPU of the clique
     */
    void allReduce(ElementType type, List<Long> buffers, long elements);

    /**
     * Starts the sum of all buffers into memory of one of the GPUs.
     *
     * @param root the place in the clique of the GPU on which {@code to} lies
     */
    void reduce(ElementType type, List<Long> from, long to, int root, long elements);
  }

  /** The number of the GPU in whose memory an address lies, or -1 for the host's. */
  int gpuOf(long address);

  /** These GPUs in this order, each once; the same ones give the same clique again. */
  Clique clique(List<Integer> gpus);

  /** Starts a copy to a GPU from its own memory or another's. */
  void copy(long to, long from, long bytes);

  /** Waits for all that was started. */
  void finish();

  /** Frees what it holds; throws nothing. */
  @Override
  void close();
}
