package dev.switchyard.engine.tensor;

import java.util.Arrays;

/**
 * A dense, row-major array of numbers in a backend's memory: a shape, and where its elements lie.
 * It owns nothing: whoever asked the backend or an {@link Arena} for it knows how long it lives.
 */
public final class Tensor {
  private final Storage storage;
  private final long offset;
  private final int[] shape;
  private final long size;
  private Object view;

  /**
   * A tensor over part of a block.
   *
   * @param storage the block
   * @param offset index of the first element in the block
   * @param shape lengths of the axes, outermost first
   */
  public Tensor(Storage storage, long offset, int... shape) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape.clone();
    this.size = sizeOf(shape);
    if (offset < 0 || offset + size > storage.elements()) {
      throw new IllegalArgumentException(
          "A tensor of shape "
              + Arrays.toString(shape)
              + " at "
              + offset
              + " does not fit into a block of "
              + storage.elements()
              + " elements.");
    }
  }

  /** The number of elements that a shape has. */
  public static long sizeOf(int... shape) {
    long size = 1;
    for (int length : shape) {
      if (length < 0) {
        throw new IllegalArgumentException("Negative length in shape " + Arrays.toString(shape));
      }
      size = Math.multiplyExact(size, (long) length);
    }
    return size;
  }

  /** The block in which the elements lie. */
  public Storage storage() {
    return storage;
  }

  /** Index of the first element in the block. */
  public long offset() {
    return offset;
  }

  /** The type of the elements. */
  public ElementType type() {
    return storage.type();
  }

  /** Lengths of the axes, outermost first; a copy. */
  public int[] shape() {
    return shape.clone();
  }

  /** Number of axes. */
  public int rank() {
    return shape.length;
  }

  /** Length of one axis; negative axes count from the end. */
  public int length(int axis) {
    return shape[axis < 0 ? shape.length + axis : axis];
  }

  /** Number of elements. */
  public long size() {
    return size;
  }

  /** Number of rows when all axes but the last are taken as one. */
  public int rows() {
    return shape.length == 0 ? 1 : Math.toIntExact(size / Math.max(1, length(-1)));
  }

  /** The same elements under another shape of the same size. */
  public Tensor as(int... newShape) {
    if (sizeOf(newShape) != size) {
      throw new IllegalArgumentException(
          "Shape " + Arrays.toString(shape) + " can't be seen as " + Arrays.toString(newShape));
    }
    return new Tensor(storage, offset, newShape);
  }

  /** The part {@code [from, to)} along the outermost axis; the same memory. */
  public Tensor part(int from, int to) {
    if (from < 0 || to < from || to > shape[0]) {
      throw new IndexOutOfBoundsException(
          "Part " + from + " to " + to + " of shape " + Arrays.toString(shape));
    }
    int[] partShape = shape.clone();
    partShape[0] = to - from;
    return new Tensor(storage, offset + from * (size / Math.max(1, shape[0])), partShape);
  }

  /**
   * What the backend keeps for itself about this tensor (an array view, say), so that it is made
   * once. Only the backend that made the storage reads or writes it.
   */
  public Object view() {
    return view;
  }

  /** Sets what {@link #view()} returns. */
  public void setView(Object view) {
    this.view = view;
  }

  @Override
  public String toString() {
    return type() + Arrays.toString(shape);
  }
}
