package dev.switchyard.engine.generate;

import java.util.stream.IntStream;

/** The probabilities of the next token, from one row of logits. */
final class Distribution {
  private final float[] logits;
  private final int from;
  private final int count;
  private final double logSumExp;

  /**
   * The softmax of {@code logits[from .. from + width)}.
   *
   * @param count tokens that may be chosen: ids from there on are beyond the tokenizer's vocabulary
   */
  Distribution(float[] logits, int from, int width, int count) {
    this.logits = logits;
    this.from = from;
    this.count = count;
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < width; i++) {
      largest = Math.max(largest, logits[from + i]);
    }
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += Math.exp(logits[from + i] - largest);
    }
    this.logSumExp = largest + Math.log(sum);
  }

  /** Tokens that may be chosen. */
  int count() {
    return count;
  }

  double logit(int token) {
    return logits[from + token];
  }

  /** Log-probability, nats. */
  double logProbability(int token) {
    return logit(token) - logSumExp;
  }

  double probability(int token) {
    return Math.exp(logProbability(token));
  }

  /** The most probable token; the lowest of equals. */
  int best() {
    int best = 0;
    for (int token = 1; token < count; token++) {
      if (logit(token) > logit(best)) {
        best = token;
      }
    }
    return best;
  }

  /** The most probable tokens, most probable first; of equals the lower first. */
  int[] best(int most) {
    if (most >= count) {
      return IntStream.range(0, count).boxed().sorted(this::compare).mapToInt(t -> t).toArray();
    }
    // A short list, kept in order: far cheaper than to sort the vocabulary.
    int[] best = new int[most];
    int held = 0;
    for (int token = 0; token < count; token++) {
      if (held < most || logit(token) > logit(best[held - 1])) {
        int at = held < most ? held++ : held - 1;
        while (at > 0 && logit(token) > logit(best[at - 1])) {
          best[at] = best[at - 1];
          at--;
        }
        best[at] = token;
      }
    }
    return best;
  }

  /** By falling logit, then by id. */
  int compare(int a, int b) {
    int byLogit = Double.compare(logit(b), logit(a));
    return byLogit != 0 ? byLogit : Integer.compare(a, b);
  }
}
