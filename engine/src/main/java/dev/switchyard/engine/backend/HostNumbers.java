package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.Bfloat16;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The elements of some tensors in the host's memory, as they were when they were read. */
public final class HostNumbers {
  private final Map<Tensor, Object> arrays = new IdentityHashMap<>();

  /** Room for these tensors; one that is named twice has one place. */
  public HostNumbers(List<Tensor> tensors) {
    for (Tensor tensor : tensors) {
      int size = Math.toIntExact(tensor.size());
      arrays.put(
          tensor,
          switch (tensor.type()) {
            case FLOAT32 -> new float[size];
            case FLOAT64 -> new double[size];
            case BFLOAT16 -> new short[size];
            case INT32 -> new int[size];
          });
    }
  }

  /** Where a tensor's elements go, in its own type. */
  public MemorySegment place(Tensor tensor) {
    return switch (array(tensor)) {
      case float[] floats -> MemorySegment.ofArray(floats);
      case double[] doubles -> MemorySegment.ofArray(doubles);
      case short[] shorts -> MemorySegment.ofArray(shorts);
      case int[] ints -> MemorySegment.ofArray(ints);
      default -> throw new IllegalStateException();
    };
  }

  private Object array(Tensor tensor) {
    Object array = arrays.get(tensor);
    if (array == null) {
      throw new IllegalArgumentException(tensor + " was not read.");
    }
    return array;
  }

  /** The elements of an INT32 tensor; not to be changed. */
  public int[] ints(Tensor tensor) {
    return (int[]) array(tensor);
  }

  /** The elements of a real tensor as floats. */
  public float[] floats(Tensor tensor) {
    if (array(tensor) instanceof float[] floats) {
      return floats;
    }
    double[] doubles = doubles(tensor);
    float[] floats = new float[doubles.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) doubles[i];
    }
    return floats;
  }

  /** The elements of a real tensor as doubles. */
  public double[] doubles(Tensor tensor) {
    Object array = array(tensor);
    if (array instanceof double[] doubles) {
      return doubles;
    }
    double[] doubles = new double[Math.toIntExact(tensor.size())];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] =
          array instanceof float[] floats ? floats[i] : Bfloat16.widen(((short[]) array)[i]);
    }
    return doubles;
  }

  /** The sum of a real tensor's elements. */
  public double sum(Tensor tensor) {
    return Arrays.stream(doubles(tensor)).sum();
  }
}
