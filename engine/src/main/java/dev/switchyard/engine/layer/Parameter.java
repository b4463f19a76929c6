package dev.switchyard.engine.layer;

import dev.switchyard.engine.tensor.Tensor;
import java.util.List;

/**
 * A weight that training changes, with its gradient. Experts' weights are held as one tensor with
 * an axis of experts in front; in a checkpoint each expert has a tensor of its own.
 *
 * @param names the checkpoint's names in Hugging Face's {@code switch_transformers} layout: one, or
 *     one for each expert
 * @param value of the parameter: [out, in], [d], or [E, out, in]
 * @param gradient of the same shape
 * @param held which part of the model's parameter this is
 */
public record Parameter(List<String> names, Tensor value, Tensor gradient, Held held) {
  /** A whole parameter. */
  public Parameter(List<String> names, Tensor value, Tensor gradient) {
    this(names, value, gradient, Held.WHOLE);
  }

  /** Whether the first axis counts experts. */
  public boolean isExpert() {
    return value.rank() == 3;
  }

  /** One name for messages. */
  public String name() {
    return isExpert()
        ? names.getFirst().replace("experts.expert_0.", "experts.*.")
        : names.getFirst();
  }
}
