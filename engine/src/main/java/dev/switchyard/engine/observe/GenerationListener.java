package dev.switchyard.engine.observe;

/** Hears of tokens as they are written, on the thread that computes. */
@FunctionalInterface
public interface GenerationListener {
  /** Hears nothing. */
  GenerationListener NONE = (prompt, step) -> {};

  /**
   * A token was written. Beam search knows its text at the end only, and tells all steps then.
   *
   * @param prompt number of the prompt, from 0
   */
  void written(int prompt, GenerationStep step);

  /** Whether more is wanted; if not, the writing ends before the next token. */
  default boolean isWanted() {
    return true;
  }
}
