package dev.switchyard.engine.observe;

/**
 * How well a model writes the targets of pairs, greedily (the most probable token at each place).
 *
 * @param pairs that were read
 * @param exactMatch share of the pairs whose written text is the target, blanks at the ends aside
 * @param tokenAccuracy share of the target tokens, end tokens included, that the model finds most
 *     probable when it has read the right ones before
 * @param rouge2 mean ROUGE-2 of the pairs whose target has two words or more, from 0 to 1; NaN
 *     where there is none
 */
public record Answers(long pairs, double exactMatch, double tokenAccuracy, double rouge2) {}
