package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Storage;

/** A block of native memory that begins at a multiple of 64 bytes, a cache line. */
final class CpuStorage implements Storage {
  private static final long ALIGNMENT = 64;

  private final ElementType type;
  private final long elements;
  private final long address;
  private long allocated;

  /** A block of zeros. */
  CpuStorage(ElementType type, long elements) {
    this.type = type;
    this.elements = elements;
    this.allocated = OffHeap.allocate(elements * type.bytes() + ALIGNMENT);
    this.address = (allocated + ALIGNMENT - 1) & -ALIGNMENT;
    OffHeap.preferLargePages(address, elements * type.bytes());
  }

  /** Address of the first element. */
  long address() {
    if (allocated == 0) {
      throw new IllegalStateException("The memory of this tensor has been freed.");
    }
    return address;
  }

  @Override
  public ElementType type() {
    return type;
  }

  @Override
  public long elements() {
    return elements;
  }

  @Override
  public void free() {
    if (allocated != 0) {
      OffHeap.free(allocated);
      allocated = 0;
    }
  }
}
