package dev.switchyard.engine.store;

import dev.switchyard.engine.layer.Buffer;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A tensor and the names under which a file keeps it: one name for the whole, or, where the first
 * axis counts experts, one for each part along it.
 *
 * @param names one, or as many as the first axis is long
 * @param tensor whose elements are kept
 * @param byExpert whether each part along the first axis is kept as a tensor of its own
 */
public record NamedTensor(List<String> names, Tensor tensor, boolean byExpert) {

  /** Checks that there are as many names as parts. */
  public NamedTensor {
    names = List.copyOf(names);
    int parts = byExpert ? tensor.length(0) : 1;
    if (names.size() != parts) {
      throw new IllegalArgumentException(names.size() + " names for " + parts + " tensors");
    }
  }

  /** A parameter's weights under the checkpoint's names. */
  public static NamedTensor of(Parameter parameter) {
    return new NamedTensor(parameter.names(), parameter.value(), parameter.isExpert());
  }

  /** A buffer's numbers under its name. */
  public static NamedTensor of(Buffer buffer) {
    return new NamedTensor(List.of(buffer.name()), buffer.value(), false);
  }

  /** What belongs to a parameter (a moment, say), named after it. */
  public static NamedTensor of(Parameter parameter, UnaryOperator<String> name, Tensor tensor) {
    List<String> names = parameter.names().stream().map(name).toList();
    return new NamedTensor(names, tensor, parameter.isExpert());
  }

  /** The same under other names. */
  public NamedTensor under(UnaryOperator<String> name) {
    return new NamedTensor(names.stream().map(name).toList(), tensor, byExpert);
  }

  /** The tensor kept under the name of this index. */
  Tensor part(int index) {
    return byExpert ? tensor.part(index, index + 1).as(partShape()) : tensor;
  }

  /** Shape of what one name stands for. */
  int[] partShape() {
    int[] shape = tensor.shape();
    return byExpert ? Arrays.copyOfRange(shape, 1, shape.length) : shape;
  }
}
