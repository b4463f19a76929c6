package dev.switchyard.engine.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lists of pieces of tensors in the device's memory, for kernels that go over many tensors in one
 * launch. A list that was made once is kept, so that in the steady state none is copied.
 */
final class PieceTables {
  /** Elements of a piece: what one block of threads goes over. */
  static final long LONGEST = 65536;

  private static final int MOST_KEPT = 64;

  private final CudaMemory memory;
  private final CudaWork work;
  private final Map<Words, Table> kept = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * A list.
   *
   * @param address of its first piece
   * @param count of its pieces
   */
  record Table(long address, int count) {}

  private record Words(long[] words) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Words same && Arrays.equals(words, same.words);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(words);
    }
  }

  PieceTables(CudaMemory memory, CudaWork work) {
    this.memory = memory;
    this.work = work;
  }

  /** Pieces as words of 8 bytes, each of as many. */
  Table of(List<long[]> pieces) {
    long[] words = pieces.stream().flatMapToLong(Arrays::stream).toArray();
    Words key = new Words(words);
    Table known = kept.get(key);
    if (known != null) {
      return known;
    }
    if (kept.size() == MOST_KEPT) {
      Words eldest = kept.keySet().iterator().next();
      memory.free(kept.remove(eldest).address());
    }
    Table table = new Table(memory.allocate(8L * words.length), pieces.size());
    work.queue().write(table.address(), MemorySegment.ofArray(words));
    kept.put(key, table);
    return table;
  }
}
