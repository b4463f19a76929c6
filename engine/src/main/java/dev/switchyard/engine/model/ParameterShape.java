package dev.switchyard.engine.model;

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
}
