package dev.switchyard.engine.observe;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a person changes in a model's routing to see what comes of it: same text, same weights. What
 * is null, 0 or empty stays as the model has it.
 *
 * @param capacityFactor in place of that of evaluation
 * @param capacityRule name of a rule, as the setting capacity_rule has it
 * @param selection name of a selection, as the setting has it
 * @param expertsPerToken k, as the setting experts_per_token has it; only with a selection
 * @param jitter e: the routers' inputs are multiplied by numbers from 1-e to 1+e
 * @param seed of the jitter: the same seed draws the same numbers
 * @param off experts that are as if they were not there: the routers' softmax is over the others
 * @param forced experts to which all tokens go, with the gate that the router gives them
 */
public record WhatIf(
    Double capacityFactor,
    String capacityRule,
    String selection,
    int expertsPerToken,
    double jitter,
    long seed,
    Set<ExpertIn> off,
    Set<ExpertIn> forced) {

  /** Nothing is changed. */
  public static final WhatIf NOTHING = new WhatIf(null, null, null, 0, 0, 1, Set.of(), Set.of());

  /**
   * An expert of one Switch layer, or of all.
   *
   * @param layer its name, such as "encoder.block.1"; empty: every Switch layer
   * @param expert number, from 0
   */
  public record ExpertIn(String layer, int expert) {
    /** The expert of this number in every layer. */
    public static ExpertIn everywhere(int expert) {
      return new ExpertIn("", expert);
    }

    /** Whether a layer is meant. */
    public boolean isIn(String name) {
      return layer.isEmpty() || layer.equals(name);
    }
  }

  /** Copies the sets. */
  public WhatIf {
    off = Set.copyOf(off);
    forced = Set.copyOf(forced);
  }

  /** Whether the model routes as it does. */
  public boolean isNothing() {
    return equals(NOTHING.withSeed(seed));
  }

  /** The same with another capacity factor; null: the model's own. */
  public WhatIf withCapacityFactor(Double factor) {
    return new WhatIf(factor, capacityRule, selection, expertsPerToken, jitter, seed, off, forced);
  }

  /** The same with another capacity rule; null: the model's own. */
  public WhatIf withCapacityRule(String rule) {
    return new WhatIf(capacityFactor, rule, selection, expertsPerToken, jitter, seed, off, forced);
  }

  /** The same with another selection; null: the model's own. */
  public WhatIf withSelection(String name, int perToken) {
    return new WhatIf(capacityFactor, capacityRule, name, perToken, jitter, seed, off, forced);
  }

  /** The same with another jitter. */
  public WhatIf withJitter(double epsilon) {
    return new WhatIf(
        capacityFactor, capacityRule, selection, expertsPerToken, epsilon, seed, off, forced);
  }

  /** The same with other random numbers. */
  public WhatIf withSeed(long other) {
    return new WhatIf(
        capacityFactor, capacityRule, selection, expertsPerToken, jitter, other, off, forced);
  }

  /** The same with other experts switched off and forced. */
  public WhatIf withExperts(Set<ExpertIn> switchedOff, Set<ExpertIn> forcedOnes) {
    return new WhatIf(
        capacityFactor,
        capacityRule,
        selection,
        expertsPerToken,
        jitter,
        seed,
        switchedOff,
        forcedOnes);
  }

  /** The same with an expert neither switched off nor forced, if it was. */
  public WhatIf released(ExpertIn expert) {
    return withExperts(without(off, expert), without(forced, expert));
  }

  /** The same with an expert switched off. */
  public WhatIf switchedOff(ExpertIn expert) {
    Set<ExpertIn> more = without(off, expert);
    more.add(expert);
    return withExperts(more, without(forced, expert));
  }

  /** The same with an expert forced, in place of another that was in the same layer. */
  public WhatIf forced(ExpertIn expert) {
    Set<ExpertIn> others = new LinkedHashSet<>(forced);
    others.removeIf(
        other -> other.layer().isEmpty() || expert.layer().isEmpty() || other.isIn(expert.layer()));
    others.add(expert);
    return withExperts(without(off, expert), others);
  }

  private static Set<ExpertIn> without(Set<ExpertIn> experts, ExpertIn expert) {
    Set<ExpertIn> others = new LinkedHashSet<>(experts);
    others.remove(expert);
    return others;
  }
}
