package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Storage;

/** A block of a device's memory. */
final class CudaStorage implements Storage {
  private final CudaMemory memory;
  private final ElementType type;
  private final long elements;
  private final long address;
  private final boolean lasting;
  private boolean freed;
  private long changes;

  /**
   * A block, whatever was in it.
   *
   * @param lasting whether it outlives a step, as what arenas hold does not
   */
  CudaStorage(CudaMemory memory, ElementType type, long elements, boolean lasting) {
    this.memory = memory;
    this.lasting = lasting;
    this.type = type;
    this.elements = elements;
    this.address = memory.allocate(elements * type.bytes());
  }

  /** Address of the first element, on the device. */
  long address() {
    if (freed) {
      throw new IllegalStateException("The memory of this tensor has been freed.");
    }
    return address;
  }

  /** Whose memory it is. */
  CudaMemory memory() {
    return memory;
  }

  /** Whether its tensors outlive a step. */
  boolean isLasting() {
    return lasting;
  }

  /** Whether it was given back. */
  boolean isFreed() {
    return freed;
  }

  /** Notes that an operation writes into it. */
  void change() {
    changes++;
  }

  /** How many operations have written into it. */
  long changes() {
    return changes;
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
    if (!freed) {
      freed = true;
      memory.free(address);
    }
  }
}
