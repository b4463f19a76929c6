package dev.switchyard.engine.store;

/**
 * Where a tensor lies in a safetensors file.
 *
 * @param name of the tensor
 * @param type of its elements
 * @param shape lengths of its axes, outermost first
 * @param start first byte, counted from the end of the header
 * @param end the byte after its last
 */
public record StoredTensor(String name, StoredType type, long[] shape, long start, long end) {
  /** How many elements it has. */
  public long elements() {
    return (end - start) / type.bytes();
  }
}
