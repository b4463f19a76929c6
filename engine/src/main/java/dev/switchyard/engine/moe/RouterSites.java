package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.RandomUse;

/**
 * Where a router's random numbers come from.
 *
 * @param input noise on its input
 * @param sample drawing of experts
 * @param secondExpert whether a second expert is asked
 */
public record RouterSites(int input, int sample, int secondExpert) {
  /** Those of a Switch layer. */
  public static RouterSites of(SwitchPlace place) {
    return new RouterSites(
        place.site(RandomUse.ROUTER_JITTER),
        place.site(RandomUse.ROUTER_SAMPLE),
        place.site(RandomUse.SECOND_EXPERT));
  }
}
