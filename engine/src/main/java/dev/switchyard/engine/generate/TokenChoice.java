package dev.switchyard.engine.generate;

import dev.switchyard.engine.tensor.RandomKey;
import java.util.stream.IntStream;

/** Chooses one next token. */
@FunctionalInterface
interface TokenChoice {
  // Keeps these random numbers apart from those of models and data.
  int SITE = 0x77726974;

  /**
   * The next token.
   *
   * @param prompt number of the prompt
   * @param place number of the token in what is written
   */
  int choose(Distribution next, int prompt, int place);

  /** The most probable. */
  static TokenChoice greedy() {
    return (next, prompt, place) -> next.best();
  }

  /**
   * Drawn at random, among the most probable tokens whose probabilities at this temperature sum to
   * {@code topP}. Seed, prompt and place fix the draw.
   */
  static TokenChoice sample(double temperature, double topP, long seed) {
    return (next, prompt, place) -> {
      int[] order =
          IntStream.range(0, next.count()).boxed().sorted(next::compare).mapToInt(t -> t).toArray();
      double[] weight = new double[order.length];
      double sum = 0;
      for (int i = 0; i < order.length; i++) {
        weight[i] = Math.exp((next.logit(order[i]) - next.logit(order[0])) / temperature);
        sum += weight[i];
      }
      int kept = 0;
      double keptSum = 0;
      while (kept < order.length && (kept == 0 || keptSum < topP * sum)) {
        keptSum += weight[kept++];
      }
      double draw = new RandomKey(seed, place, SITE).uniform(prompt) * keptSum;
      int chosen = 0;
      while (chosen < kept - 1 && draw >= weight[chosen]) {
        draw -= weight[chosen++];
      }
      return order[chosen];
    };
  }
}
