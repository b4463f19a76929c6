package dev.switchyard.engine.tensor;

/**
 * A block of a backend's memory that holds elements of one type. Each backend has its own kind;
 * only that backend looks inside.
 */
public interface Storage {
  /** The type of every element in the block. */
  ElementType type();

  /** How many elements the block holds. */
  long elements();

  /** Gives the memory back. Tensors that lie in the block must not be used afterwards. */
  void free();
}
