package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * Checks the tensors of an operation, the same way in every backend. A tensor counts as the matrix
 * of its {@link Tensor#rows()} and its last axis, a vector as its size, whatever its other axes.
 */
public final class Shapes {
  private final String operation;

  private Shapes(String operation) {
    this.operation = operation;
  }

  /** Checks for one operation, which their messages name. */
  public static Shapes of(String operation) {
    return new Shapes(operation);
  }

  /** Requires tensors of one type. */
  public Shapes types(ElementType type, Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (tensor != null && tensor.type() != type) {
        throw new IllegalArgumentException(
            operation + " needs " + type + " elements, but got " + tensor + ".");
      }
    }
    return this;
  }

  /** Requires tensors of as many elements as the first. */
  public Shapes sameSize(Tensor first, Tensor... others) {
    for (Tensor other : others) {
      if (other.size() != first.size()) {
        throw new IllegalArgumentException(
            operation + " needs tensors of one size, but got " + first + " and " + other + ".");
      }
    }
    return this;
  }

  /** Requires a matrix: rows, and the length of the last axis. */
  public Shapes matrix(String name, Tensor tensor, long rows, long columns) {
    if (tensor.rank() == 0 || tensor.length(-1) != columns || tensor.size() != rows * columns) {
      throw new IllegalArgumentException(
          operation
              + " needs "
              + name
              + " of shape ["
              + rows
              + ", "
              + columns
              + "], but got "
              + tensor
              + ".");
    }
    return this;
  }

  /** Requires a number of elements; null passes. */
  public Shapes vector(String name, Tensor tensor, long size) {
    if (tensor != null && tensor.size() != size) {
      throw new IllegalArgumentException(
          operation + " needs " + name + " of " + size + " elements, but got " + tensor + ".");
    }
    return this;
  }

  /** Requires exactly these axes; null passes. */
  public Shapes exactly(String name, Tensor tensor, int... shape) {
    if (tensor != null && !Arrays.equals(tensor.shape(), shape)) {
      throw new IllegalArgumentException(
          operation
              + " needs "
              + name
              + " of shape "
              + Arrays.toString(shape)
              + ", but got "
              + tensor
              + ".");
    }
    return this;
  }

  /** Requires a condition that no other check says. */
  public Shapes require(boolean holds, String rule, Tensor... tensors) {
    if (!holds) {
      throw new IllegalArgumentException(
          operation + " needs " + rule + ", but got " + Arrays.toString(tensors) + ".");
    }
    return this;
  }
}
