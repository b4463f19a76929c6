package dev.switchyard.engine.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Memory for what lives no longer than a training step: tensors are taken one behind the other and
 * all given back at once by {@link #reset()}, or back to a {@link #mark()} by {@link #release}.
 * Once a step of each kind has run, no memory is allocated any more, and the same requests get the
 * very same {@link Tensor} objects. Not for use by several threads at once.
 */
public final class Arena implements AutoCloseable {
  /** Where blocks come from: a backend. */
  @FunctionalInterface
  public interface Source {
    /** A new block; its contents do not matter. */
    Storage allocate(ElementType type, long elements);
  }

  /** A point in the arena to which {@link #release} returns. */
  public record Mark(int[] block, long[] offset) {}

  private record Place(int block, long offset, ElementType type, Shape shape) {}

  private record Shape(int[] lengths) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Shape shape && Arrays.equals(lengths, shape.lengths);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(lengths);
    }
  }

  private static final class Blocks {
    final List<Storage> list = new ArrayList<>();
    int current;
    long used;
  }

  private static final long SMALLEST_BLOCK_BYTES = 16L << 20;
  private static final int ALIGNMENT_BYTES = 64;
  // Texts of ever new lengths ask for ever new shapes; a training step needs a few thousand.
  private static final int MOST_REMEMBERED = 50_000;

  private final ElementType floatType;
  private final Source source;
  private final Map<ElementType, Blocks> blocks = new EnumMap<>(ElementType.class);
  private final Map<Place, Tensor> made = new HashMap<>();
  private long heldBytes;

  /**
   * An empty arena.
   *
   * @param floatType type of the tensors that {@link #take(int...)} gives
   * @param source where blocks come from
   */
  public Arena(ElementType floatType, Source source) {
    this.floatType = floatType;
    this.source = source;
    for (ElementType type : ElementType.values()) {
      blocks.put(type, new Blocks());
    }
  }

  /** A real tensor of the backend's own type. Its contents are whatever was there before. */
  public Tensor take(int... shape) {
    return take(floatType, shape);
  }

  /** A tensor of the given type. Its contents are whatever was there before. */
  public Tensor take(ElementType type, int... shape) {
    Blocks of = blocks.get(type);
    long size = Math.max(1, Tensor.sizeOf(shape));
    int unit = ALIGNMENT_BYTES / type.bytes();
    long aligned = Math.ceilDiv(size, (long) unit) * unit;
    while (of.current < of.list.size() && of.used + aligned > of.list.get(of.current).elements()) {
      of.current++;
      of.used = 0;
    }
    if (of.current == of.list.size()) {
      long elements = Math.max(aligned, SMALLEST_BLOCK_BYTES / type.bytes());
      of.list.add(source.allocate(type, elements));
      heldBytes += elements * type.bytes();
    }
    Place place = new Place(of.current, of.used, type, new Shape(shape.clone()));
    of.used += aligned;
    return made.computeIfAbsent(
        place, p -> new Tensor(of.list.get(p.block()), p.offset(), p.shape().lengths()));
  }

  /** The present point, for {@link #release}. */
  public Mark mark() {
    ElementType[] types = ElementType.values();
    int[] block = new int[types.length];
    long[] offset = new long[types.length];
    for (ElementType type : types) {
      block[type.ordinal()] = blocks.get(type).current;
      offset[type.ordinal()] = blocks.get(type).used;
    }
    return new Mark(block, offset);
  }

  /** Gives back all that was taken since the mark. */
  public void release(Mark mark) {
    for (ElementType type : ElementType.values()) {
      blocks.get(type).current = mark.block()[type.ordinal()];
      blocks.get(type).used = mark.offset()[type.ordinal()];
    }
  }

  /** Gives back all tensors; the memory stays for the next step. */
  public void reset() {
    for (Blocks of : blocks.values()) {
      of.current = 0;
      of.used = 0;
    }
    if (made.size() > MOST_REMEMBERED) {
      made.clear();
    }
  }

  /** Bytes of all blocks that the arena holds. */
  public long heldBytes() {
    return heldBytes;
  }

  /** Frees all blocks. */
  @Override
  public void close() {
    for (Blocks of : blocks.values()) {
      of.list.forEach(Storage::free);
      of.list.clear();
    }
    made.clear();
    reset();
    heldBytes = 0;
  }
}
