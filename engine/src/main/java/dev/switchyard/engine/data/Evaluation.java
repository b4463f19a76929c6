package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import java.util.ArrayList;
import java.util.List;

/** Batches of the documents held out from training. */
public final class Evaluation {
  /** The same spans are cut out in every run, so that runs can be compared. */
  private static final long SEED = 0;

  private Evaluation() {}

  /**
   * Up to {@code batches} batches: the same at every call and in every run on this text, whatever
   * its seed. Fewer where there is not more text; where it does not even fill one batch, its rows
   * come several times. None where nothing is held out.
   *
   * @param rows of each batch
   * @throws InputException where the held-out text gives no row, or the tokenizer can't serve
   */
  public static List<Batch> batches(
      DataConfig config, Corpus corpus, Tokenizer tokenizer, int rows, int batches) {
    if (corpus.evalFraction() <= 0 || batches <= 0) {
      return List.of();
    }
    Objective objective = Objective.of(config, tokenizer);
    int wanted = Math.multiplyExact(rows, batches);
    List<int[]> held =
        HeldOutRows.read(corpus, tokenizer, objective, config.packDocuments(), wanted);
    if (held.isEmpty()) {
      throw new InputException(
          "No held-out document has %d tokens or more: add text, or raise eval_fraction."
              .formatted(objective.shortestRow()));
    }
    List<Batch> all = new ArrayList<>();
    for (int b = 0; b < Math.max(1, held.size() / rows); b++) {
      all.add(batch(objective, held, rows, b * rows));
    }
    return List.copyOf(all);
  }

  private static Batch batch(Objective objective, List<int[]> held, int rows, int first) {
    Batch batch = Batch.empty(rows, objective.inputLength(), objective.targetLength());
    for (int i = 0; i < rows; i++) {
      int number = (first + i) % held.size();
      objective.write(batch, i, held.get(number), SEED, number);
    }
    return batch;
  }
}
