package dev.switchyard.engine.layer;

/** Hears during a backward pass which gradients are complete, so that they can be exchanged. */
@FunctionalInterface
public interface GradientListener {
  /** Hears nothing. */
  GradientListener NONE = prefix -> {};

  /**
   * A layer's backward pass is done.
   *
   * @param prefix of the names of its parameters, such as "decoder.block.3."
   */
  void complete(String prefix);
}
