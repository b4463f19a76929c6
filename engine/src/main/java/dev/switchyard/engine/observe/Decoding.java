package dev.switchyard.engine.observe;

import dev.switchyard.engine.configuration.InputException;

/**
 * How a model's next tokens are chosen.
 *
 * @param strategy greedy, sample or beam
 * @param temperature sampling: the logits are divided by it; 1 leaves them, towards 0 it becomes
 *     greedy
 * @param topP sampling: only the most probable tokens whose probabilities sum to this are drawn
 *     from, at least one; 1 leaves all
 * @param beams beam search: hypotheses that are kept
 * @param lengthPenalty beam search: alpha of the factor ((5 + n) / 6)^alpha (Wu et al. 2016) by
 *     which the log-probability of n tokens, the end token among them, is divided; 0 compares
 *     log-probabilities, more prefers longer texts
 * @param maxLength most tokens that are written
 * @param seed of sampling: the same seed draws the same tokens
 */
public record Decoding(
    Strategy strategy,
    double temperature,
    double topP,
    int beams,
    double lengthPenalty,
    int maxLength,
    long seed) {

  /** Ways to choose. */
  public enum Strategy {
    /** The most probable token, each time. */
    GREEDY,
    /** Drawn at random by the probabilities. */
    SAMPLE,
    /** The most probable text that a search with several hypotheses finds. */
    BEAM
  }

  /** More would be minutes, not a text. */
  public static final int MOST_TOKENS = 4096;

  /** Each is a row that computes. */
  public static final int MOST_BEAMS = 256;

  /** Checks the bounds. */
  public Decoding {
    check(temperature > 0 && temperature <= 100, "temperature", temperature, "above 0, up to 100");
    check(topP > 0 && topP <= 1, "top-p", topP, "above 0, up to 1");
    check(beams >= 1 && beams <= MOST_BEAMS, "number of beams", beams, "1 to " + MOST_BEAMS);
    check(
        lengthPenalty >= 0 && lengthPenalty <= 10, "length penalty", lengthPenalty, "from 0 to 10");
    check(
        maxLength >= 1 && maxLength <= MOST_TOKENS,
        "maximum length",
        maxLength,
        "1 to %,d tokens".formatted(MOST_TOKENS));
  }

  private static void check(boolean fits, String what, Object given, String bounds) {
    if (!fits) {
      throw new InputException("The %s is %s, but must be %s.".formatted(what, given, bounds));
    }
  }

  /** The most probable token each time. */
  public static Decoding greedy(int maxLength) {
    return new Decoding(Strategy.GREEDY, 1, 1, 1, 0, maxLength, 0);
  }

  /** Tokens drawn at random. */
  public static Decoding sample(double temperature, double topP, int maxLength, long seed) {
    return new Decoding(Strategy.SAMPLE, temperature, topP, 1, 0, maxLength, seed);
  }

  /** Beam search. */
  public static Decoding beam(int beams, double lengthPenalty, int maxLength) {
    return new Decoding(Strategy.BEAM, 1, 1, beams, lengthPenalty, maxLength, 0);
  }
}
