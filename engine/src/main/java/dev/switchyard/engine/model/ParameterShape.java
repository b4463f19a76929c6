package dev.switchyard.engine.model;

import dev.switchyard.engine.tensor.Tensor;
import java.util.List;

/**
 * A parameter that a configuration asks for.
 *
 * @param names in the checkpoint: one, or, for experts, one for each index of the first axis
 * @param shape [out, in], [d], or [E, out, in]
 */
public record ParameterShape(List<String> names, int[] shape) {
  /** Whether the first axis counts experts. */
  public boolean isExpert() {
    return shape.length == 3;
  }

  /** Numbers in it. */
  public long size() {
    return Tensor.sizeOf(shape);
  }

  /** What it belongs to. */
  public ParameterPart part() {
    return ParameterPart.of(names.getFirst());
  }
}
