package dev.switchyard.engine.observe;

/** What runs are laid along: how much was done when a number was measured. */
public enum Measure {
  STEPS,
  /** Seconds in the model's own steps. */
  TIME,
  TOKENS,
  /** Floating-point operations of training: tokens times those for one. */
  FLOPS
}
