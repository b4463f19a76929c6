package dev.switchyard.engine.layer;

import dev.switchyard.engine.backend.Backend;
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
 * @param supply of weights that are read when they are first needed
 * @param start of the gradient, where its zeros may only count as such
 */
public record Parameter(
    List<String> names,
    Tensor value,
    Tensor gradient,
    Held held,
    Supply supply,
    GradientStart start) {
  /** A parameter whose weights are there. */
  public Parameter(
      List<String> names, Tensor value, Tensor gradient, Held held, GradientStart start) {
    this(names, value, gradient, held, new Supply(), start);
  }

  /** The same, whole, and with a gradient whose zeros are always written. */
  public Parameter(List<String> names, Tensor value, Tensor gradient) {
    this(names, value, gradient, Held.WHOLE, new GradientStart(null));
  }

  /** The weights, all of them. */
  @Override
  public Tensor value() {
    supply.needAll();
    return value;
  }

  /**
   * The weights, but only of experts that have tokens: others may not have been read.
   *
   * @param used [E] INT32, how many slots of each expert are used; or null for all of them
   */
  public Tensor value(Backend backend, Tensor used) {
    if (used == null) {
      return value();
    }
    if (!supply.isComplete()) {
      int[] slots = backend.ints(used);
      for (int expert = 0; expert < slots.length; expert++) {
        if (slots[expert] > 0) {
          supply.need(expert);
        }
      }
    }
    return value;
  }

  /** The gradient, with all zeros written. */
  @Override
  public Tensor gradient() {
    start.settle(gradient);
    return gradient;
  }

  /**
   * Adds the gradient of products out_e = x_e weight_e^T over the first axis: dOut_e^T x_e. The
   * first after the gradient was set to 0 overwrites it.
   *
   * @param dOut [E, M, out]
   * @param x [E, M, in]
   * @param used [E] INT32: how many rows of each count; or null for all of them
   */
  public void addProducts(Backend backend, Tensor dOut, Tensor x, Tensor used) {
    backend.batchedMatmul(dOut, true, x, false, gradient, !start.overwrite(), used);
  }

  /** Where the weights lie, whether they have been read or not. */
  public Tensor place() {
    return value;
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
