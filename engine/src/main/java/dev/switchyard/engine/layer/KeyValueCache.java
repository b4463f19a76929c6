package dev.switchyard.engine.layer;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.Tensor;

/**
 * What an attention keeps of tokens that it has seen, so that a later pass over the same rows
 * computes the new tokens alone: their keys and values, [rows, room, H * d_kv], of which the first
 * {@link #length()} places of each row are taken. It grows as needed, by doubling, so that a long
 * generation uses few shapes.
 */
public final class KeyValueCache implements AutoCloseable {
  private final Backend backend;
  private final int rows;
  private final int width;
  private Tensor keys;
  private Tensor values;
  private Tensor spare;
  private int room;
  private int length;

  /**
   * An empty cache.
   *
   * @param width of all heads together
   * @param room places that a row has at first
   */
  public KeyValueCache(Backend backend, int rows, int width, int room) {
    this.backend = backend;
    this.rows = rows;
    this.width = width;
    this.room = room;
    this.keys = backend.allocate(rows, room, width);
    this.values = backend.allocate(rows, room, width);
  }

  /** Places that are taken in every row. */
  public int length() {
    return length;
  }

  /** Places of a row, taken or not: Lk of an attention over this cache. */
  public int room() {
    return room;
  }

  Tensor keys() {
    return keys;
  }

  Tensor values() {
    return values;
  }

  /** Makes room for so many places a row, should there be less. */
  public void reserve(int places) {
    if (places <= room) {
      return;
    }
    int more = Math.max(places, 2 * room);
    if (spare != null) {
      backend.free(spare);
      spare = null;
    }
    keys = grown(keys, more);
    values = grown(values, more);
    room = more;
  }

  private Tensor grown(Tensor old, int more) {
    Tensor tensor = backend.allocate(rows, more, width);
    if (length > 0) {
      for (int row = 0; row < rows; row++) {
        backend.copy(places(old, row, 0, length), places(tensor, row, 0, length));
      }
    }
    backend.free(old);
    return tensor;
  }

  /** Takes up {@code count} tokens of each row, k and v [rows * count, width]. */
  void append(Tensor k, Tensor v, int count) {
    reserve(length + count);
    for (int row = 0; row < rows; row++) {
      int from = row * count;
      Tensor newKeys = k.as(rows * count, width).part(from, from + count);
      Tensor newValues = v.as(rows * count, width).part(from, from + count);
      backend.copy(newKeys, places(keys, row, length, length + count));
      backend.copy(newValues, places(values, row, length, length + count));
    }
    length += count;
  }

  private Tensor places(Tensor of, int row, int from, int to) {
    int perRow = of.length(1);
    return of.as(rows * perRow, width).part(row * perRow + from, row * perRow + to);
  }

  /**
   * Every row takes what another has: row i that of {@code source[i]}, as the hypotheses of a beam
   * do.
   *
   * @param source [rows] INT32
   */
  public void reorder(Tensor source) {
    if (spare == null) {
      spare = backend.allocate(rows, room, width);
    }
    Tensor oldKeys = keys;
    keys = gathered(oldKeys, source, spare);
    Tensor oldValues = values;
    values = gathered(oldValues, source, oldKeys);
    spare = oldValues;
  }

  private Tensor gathered(Tensor from, Tensor source, Tensor to) {
    backend.embed(source, from.as(rows, room * width), to.as(rows, room * width));
    return to;
  }

  @Override
  public void close() {
    backend.free(keys);
    backend.free(values);
    if (spare != null) {
      backend.free(spare);
    }
  }
}
