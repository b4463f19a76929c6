package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;

/**
 * Turns tensors into addresses, after checking that they are of this backend and of the type and
 * size that an operation expects. Kernels rely on it: behind an address there is no check any more.
 */
final class Operands {
  private Operands() {}

  /** Address of a tensor of any type. */
  static long address(Tensor tensor) {
    if (tensor.storage() instanceof CpuStorage storage) {
      return storage.address() + tensor.offset() * storage.type().bytes();
    }
    throw new IllegalArgumentException(
        "A tensor of another backend was given to the cpu backend: " + tensor);
  }

  /** Address of real elements of any shape. */
  static long floats(Tensor tensor, String name) {
    if (tensor.type() != ElementType.FLOAT32) {
      throw new IllegalArgumentException(name + " should be FLOAT32, but is " + tensor);
    }
    return address(tensor);
  }

  /** Address of so many real elements, in whatever shape. */
  static long floats(Tensor tensor, String name, long size) {
    if (tensor.size() != size) {
      throw new IllegalArgumentException(
          name + " should have " + size + " elements, but is " + tensor);
    }
    return floats(tensor, name);
  }

  /** Address of real rows: the last axis has the given length, those before it as many rows. */
  static long rows(Tensor tensor, String name, long rows, int length) {
    if (tensor.rank() == 0 || tensor.length(-1) != length || tensor.size() != rows * length) {
      throw new IllegalArgumentException(
          name + " should be [" + rows + ", " + length + "], but is " + tensor);
    }
    return floats(tensor, name);
  }

  /** Address of real matrices: the last two axes as given, those before it as many matrices. */
  static long matrices(Tensor tensor, String name, long matrices, int rows, int columns) {
    if (tensor.rank() < 2
        || tensor.length(-2) != rows
        || tensor.length(-1) != columns
        || tensor.size() != matrices * rows * columns) {
      throw new IllegalArgumentException(
          name + " should be [" + matrices + ", " + rows + ", " + columns + "], but is " + tensor);
    }
    return floats(tensor, name);
  }

  /** Address of so many bfloat16 elements, in whatever shape. */
  static long bfloat16(Tensor tensor, String name, long size) {
    if (tensor.type() != ElementType.BFLOAT16 || tensor.size() != size) {
      throw new IllegalArgumentException(
          name + " should be BFLOAT16 with " + size + " elements, but is " + tensor);
    }
    return address(tensor);
  }

  /** The same as {@link #matrices}, of either real type. */
  static long realMatrices(Tensor tensor, String name, long matrices, int rows, int columns) {
    if (tensor.type() == ElementType.FLOAT32) {
      return matrices(tensor, name, matrices, rows, columns);
    }
    if (tensor.rank() < 2 || tensor.length(-2) != rows || tensor.length(-1) != columns) {
      throw new IllegalArgumentException(
          name + " should be [" + matrices + ", " + rows + ", " + columns + "], but is " + tensor);
    }
    return bfloat16(tensor, name, matrices * rows * columns);
  }

  /** Address of so many integers, in whatever shape. */
  static long ints(Tensor tensor, String name, long size) {
    if (tensor.type() != ElementType.INT32 || tensor.size() != size) {
      throw new IllegalArgumentException(
          name + " should be INT32 with " + size + " elements, but is " + tensor);
    }
    return address(tensor);
  }

  /** Refuses two tensors of different sizes; gives the number of their elements. */
  static long sameSize(Tensor one, String oneName, Tensor other, String otherName) {
    if (one.size() != other.size()) {
      throw new IllegalArgumentException(
          oneName
              + " and "
              + otherName
              + " should be of one size, but are "
              + one
              + " and "
              + other);
    }
    return one.size();
  }

  /** Refuses a shape with fewer axes than needed. */
  static void rankAtLeast(Tensor tensor, String name, int rank) {
    if (tensor.rank() < rank) {
      throw new IllegalArgumentException(
          name + " should have at least " + rank + " axes, but is " + tensor);
    }
  }

  /** An index that has to lie in {@code [0, limit)}; {@code at} says where it was read. */
  static int index(int value, int limit, String name, long at) {
    if (value < 0 || value >= limit) {
      throw new IllegalArgumentException(
          name + "[" + at + "] is " + value + ", but should be from 0 to " + (limit - 1));
    }
    return value;
  }

  /** An index that has to lie in {@code [0, limit)}, or be -1 for none. */
  static int indexOrNone(int value, int limit, String name, long at) {
    return value == -1 ? -1 : index(value, limit, name, at);
  }
}
