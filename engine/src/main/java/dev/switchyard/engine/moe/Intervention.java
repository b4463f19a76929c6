package dev.switchyard.engine.moe;

import dev.switchyard.engine.observe.WhatIf.ExpertIn;
import java.util.BitSet;
import java.util.Set;

/**
 * What people change in the routers of a pass that is not for training, to see what comes of it.
 *
 * @param exploration noise, as in training
 * @param off experts that are as if they were not there
 * @param forced experts to which all tokens go
 */
public record Intervention(Exploration exploration, Set<ExpertIn> off, Set<ExpertIn> forced) {
  /** Nothing is changed. */
  public static final Intervention NONE = new Intervention(Exploration.NONE, Set.of(), Set.of());

  /** So low that the softmax gives exactly 0, and still a number in any precision. */
  private static final float GONE = -1e30f;

  /** More than any probability with any selection bias. */
  private static final float FIRST = 1e6f;

  /**
   * What is added to each token's row in one layer.
   *
   * @param logits [E], before the softmax
   * @param scores [E], by which experts are chosen; gates do not know of it
   */
  record Steering(float[] logits, float[] scores) {}

  /** Jitter of the routers' inputs. */
  public static Exploration jitter(double epsilon) {
    return epsilon == 0 ? Exploration.NONE : new Exploration(ExplorationConfig.JITTER, epsilon);
  }

  /** What is added in a layer; null where it is left alone. */
  Steering at(String layer, int experts) {
    boolean touched =
        off.stream().anyMatch(e -> e.isIn(layer)) || forced.stream().anyMatch(e -> e.isIn(layer));
    if (!touched) {
      return null;
    }
    float[] logits = new float[experts];
    float[] scores = new float[experts];
    off(layer).stream()
        .forEach(
            expert -> {
              logits[expert] = GONE;
              scores[expert] = -FIRST;
            });
    forced.stream().filter(e -> e.isIn(layer)).forEach(e -> scores[e.expert()] = FIRST);
    return new Steering(logits, scores);
  }

  /** The experts that are off in a layer. */
  public BitSet off(String layer) {
    BitSet experts = new BitSet();
    off.stream().filter(e -> e.isIn(layer)).forEach(e -> experts.set(e.expert()));
    return experts;
  }
}
