package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.Setting;
import java.util.List;

/** What is looked at in the model while it learns. */
public record ProbeConfig(
    @Setting(
            value =
                "Sentences whose routing is written down again and again while the model learns,"
                    + " separated by | or line breaks; none: beginnings of held-out text.",
            separator = "|")
        List<String> probes,
    @Setting(
            value =
                "Steps between two looks at the probes, and at how far an update moves each group"
                    + " of weights; 0: never.",
            min = 0,
            max = 1e12)
        long probeEvery) {

  /** Sentences at most: a look at them must cost next to nothing. */
  static final int MOST = 16;

  /** Tokens of a sentence at most. */
  static final int MOST_TOKENS = 128;

  /** Held-out text, every 50 steps. */
  public static ProbeConfig defaults() {
    return new ProbeConfig(List.of(), 50);
  }

  /** Whether sentences are to be looked at, but none are named. */
  boolean wantsTexts() {
    return probeEvery > 0 && probes.isEmpty();
  }

  /** Whether a step ends with a look. */
  boolean isDue(long step) {
    return probeEvery > 0 && step % probeEvery == 0;
  }
}
