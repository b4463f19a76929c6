package dev.switchyard.engine.data;

import java.util.Locale;

/**
 * How pairs of texts fit into the places that a model has for them.
 *
 * @param pairs that were looked at
 * @param all whether those are all that there are
 * @param cutInputs inputs that are too long, and cut
 * @param cutTargets targets that are too long, and cut
 * @param longestInput tokens of the longest input, its end token included where it has one
 * @param longestTarget tokens of the longest target, its end token included
 * @param padding share of a batch's places that are padding
 */
public record PairFit(
    long pairs,
    boolean all,
    long cutInputs,
    long cutTargets,
    int longestInput,
    int longestTarget,
    double padding) {
  /** Enough to tell, and read in seconds. */
  private static final long MOST = 100_000;

  /** Reads a corpus of pairs, or the beginning of a very large one. */
  public static PairFit of(Corpus corpus, Tokenizer tokenizer, TextToText objective) {
    Counts counts = new Counts(objective);
    for (int file = 0; file < corpus.files().size(); file++) {
      try (DocumentReader reader = corpus.reader(file, 0, 0)) {
        for (Document d = reader.next(); d != null; d = reader.next()) {
          if (counts.pairs == MOST) {
            return counts.fit(false);
          }
          counts.add(tokenizer.ids(d.text()).length, tokenizer.ids(d.target()).length);
        }
      }
    }
    return counts.fit(true);
  }

  private static final class Counts {
    private final TextToText objective;
    private final int inputEnd;
    private long pairs;
    private long cutInputs;
    private long cutTargets;
    private int longestInput;
    private int longestTarget;
    private long used;

    Counts(TextToText objective) {
      this.objective = objective;
      this.inputEnd = objective.encodes() ? 1 : 0;
    }

    void add(int inputTokens, int targetTokens) {
      int input = inputTokens + inputEnd;
      int target = targetTokens + 1;
      pairs++;
      cutInputs += input > objective.longestInput() ? 1 : 0;
      cutTargets += target > objective.longestTarget() ? 1 : 0;
      longestInput = Math.max(longestInput, input);
      longestTarget = Math.max(longestTarget, target);
      used += Math.min(input, objective.longestInput());
      used += Math.min(target, objective.longestTarget());
    }

    PairFit fit(boolean all) {
      double places = (double) pairs * objective.rowLength();
      return new PairFit(
          pairs,
          all,
          cutInputs,
          cutTargets,
          longestInput,
          longestTarget,
          places == 0 ? 0 : 1 - used / places);
    }
  }

  /** A line for people, with what to set where much is cut. */
  public String text() {
    String cut =
        cutInputs + cutTargets == 0
            ? "none is cut"
            : String.format(
                Locale.ROOT,
                "cut at their ends: %,d inputs (the longest has %,d tokens: see input_length) and"
                    + " %,d targets (%,d: see target_length)",
                cutInputs,
                longestInput,
                cutTargets,
                longestTarget);
    return String.format(
        Locale.ROOT,
        "%s%,d pairs: %s; %.0f%% of a batch is padding (longest input %,d tokens, longest target"
            + " %,d)",
        all ? "" : "The first ",
        pairs,
        cut,
        100 * padding,
        longestInput,
        longestTarget);
  }
}
