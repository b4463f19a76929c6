package dev.switchyard.engine.observe;

import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import java.util.List;

/**
 * One token that a model wrote.
 *
 * @param number of the token, from 0
 * @param token that was chosen; it has no place in a given text
 * @param probability that the model gave it, before temperature and top-p
 * @param alternatives the most probable tokens, most probable first; the chosen one is among them
 *     where it is one of them
 * @param routing the decoder's Switch layers, one token each: where the place that wrote this token
 *     went, which is the place that reads the token before it
 */
public record GenerationStep(
    int number,
    TokenText token,
    double probability,
    List<Alternative> alternatives,
    List<LayerRouting> routing) {

  /** A token that might have been written, with its probability. */
  public record Alternative(TokenText token, double probability) {}
}
