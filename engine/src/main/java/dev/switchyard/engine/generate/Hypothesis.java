package dev.switchyard.engine.generate;

import dev.switchyard.engine.observe.GenerationStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A text that is being written: its last token, and what stood before.
 *
 * @param before null for the first token, and for a text without tokens
 * @param token -1 for a text without tokens
 * @param length tokens
 * @param logProbability of all tokens together
 * @param step what is told of the token; null where nobody asks
 */
record Hypothesis(
    Hypothesis before, int token, int length, double logProbability, GenerationStep step) {
  static final Hypothesis EMPTY = new Hypothesis(null, -1, 0, 0, null);

  /** With one more token. */
  Hypothesis then(int next, double nextLogProbability, GenerationStep nextStep) {
    return new Hypothesis(this, next, length + 1, logProbability + nextLogProbability, nextStep);
  }

  boolean endsWith(int id) {
    return token == id;
  }

  /** All tokens but a last {@code end}. */
  List<Integer> ids(int end) {
    List<Integer> ids = new ArrayList<>();
    Hypothesis last = endsWith(end) ? before : this;
    for (Hypothesis at = last; at.length > 0; at = at.before) {
      ids.add(at.token);
    }
    Collections.reverse(ids);
    return ids;
  }

  /** What is told of the tokens, in order; nothing where nobody asked. */
  List<GenerationStep> steps() {
    List<GenerationStep> steps = new ArrayList<>();
    for (Hypothesis at = this; at.length > 0; at = at.before) {
      if (at.step != null) {
        steps.add(at.step);
      }
    }
    Collections.reverse(steps);
    return List.copyOf(steps);
  }
}
