package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.KeyValueCache;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Sequences;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a decoder's blocks keep of the tokens so far, between the passes of a generation. The rows'
 * tokens end at the same place: shorter beginnings have padding before them, which nobody sees, and
 * the relative position bias does not care where a row starts.
 */
final class DecoderCache implements AutoCloseable {
  private static final int FIRST_ROOM = 32;

  private final int rows;
  private final int[] padding;
  private final int[] memoryMask;
  private final List<KeyValueCache> self = new ArrayList<>();
  private final List<KeyValueCache> cross = new ArrayList<>();

  /**
   * The caches in one pass.
   *
   * @param mask [rows, room] INT32, of the tokens so far and the new ones
   * @param memoryMask [rows, S] INT32; null where nothing is padding or there is no encoder
   */
  record Seen(DecoderCache cache, Tensor mask, Tensor memoryMask) {
    KeyValueCache self(int block) {
      return cache.self.get(block);
    }

    KeyValueCache cross(int block) {
      return cache.cross.get(block);
    }
  }

  /**
   * Empty caches, but for what cross-attention reads of the memory.
   *
   * @param padding places before each row's first token
   * @param memory [rows, S, d]; null for a decoder alone
   * @param memorySequences how it lies; null likewise
   * @param memoryMask [rows * S] of the memory, on the host; null likewise, or without padding
   */
  DecoderCache(
      Pass pass,
      Stack decoder,
      int[] padding,
      Tensor memory,
      Sequences memorySequences,
      int[] memoryMask) {
    this.rows = padding.length;
    this.padding = padding.clone();
    this.memoryMask = memoryMask;
    Backend backend = pass.backend();
    for (Block block : decoder.blocks()) {
      self.add(block.selfCache(backend, rows, FIRST_ROOM));
      if (memory != null) {
        cross.add(block.crossCache(pass, matrix(memory), memorySequences));
      }
    }
  }

  private static Tensor matrix(Tensor memory) {
    return memory.as(memory.rows(), memory.length(-1));
  }

  /** Tokens so far in each row, the padding before them included. */
  int length() {
    return self.getFirst().length();
  }

  /** Places of a row. */
  int room() {
    return self.getFirst().room();
  }

  /** The caches for a pass that brings {@code count} more tokens a row; makes room for them. */
  Seen seenWith(Pass pass, int count) {
    self.forEach(cache -> cache.reserve(cache.length() + count));
    int room = room();
    int[] mask = new int[Math.multiplyExact(rows, room)];
    for (int row = 0; row < rows; row++) {
      Arrays.fill(mask, row * room + padding[row], row * room + length() + count, 1);
    }
    return new Seen(
        this,
        pass.ints(mask, rows, room),
        memoryMask == null ? null : pass.ints(memoryMask, rows, memoryMask.length / rows));
  }

  /** Row i goes on from what row {@code source[i]} has: of the same prompt. */
  void reorder(Pass pass, int[] source) {
    Tensor rowsTaken = pass.ints(source, rows);
    self.forEach(cache -> cache.reorder(rowsTaken));
  }

  @Override
  public void close() {
    self.forEach(KeyValueCache::close);
    cross.forEach(KeyValueCache::close);
  }
}
