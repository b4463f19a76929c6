package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Text held out from training, in batches: the same at every call and in every run on this text,
 * whatever its seed.
 *
 * @param language whose text it is; empty where the text is taken as one
 * @param share of the training rows that are of this language; 1 where there is one
 * @param batches one or more; where the text does not even fill one, its rows come several times
 * @param rows the rows of the batches, in order, each once
 */
public record HeldOut(String language, double share, List<Batch> batches, List<Row> rows) {
  /** The same spans are cut out in every run, so that runs can be compared. */
  private static final long SEED = 0;

  /**
   * The held-out text of a corpus, language by language where it has several. Nothing where none is
   * held out.
   *
   * @param rows of each batch
   * @param batches in all, if there is so much text; each language has one at least
   * @throws InputException where the held-out text gives no row
   */
  public static List<HeldOut> of(
      DataConfig config,
      Corpus corpus,
      Tokenizer tokenizer,
      Objective objective,
      int rows,
      int batches) {
    if (corpus.evalFraction() <= 0 || batches <= 0) {
      return List.of();
    }
    boolean packed = config.packDocuments();
    Languages languages = Languages.of(config, corpus);
    if (languages.isEmpty()) {
      return List.of(of("", 1, corpus, tokenizer, objective, packed, rows, batches));
    }
    int each = Math.ceilDiv(batches, languages.languages().size());
    return languages.languages().stream()
        .map(
            language ->
                of(
                    language.name(),
                    language.share(),
                    language.corpus(),
                    tokenizer,
                    objective,
                    packed,
                    rows,
                    each))
        .toList();
  }

  private static HeldOut of(
      String language,
      double share,
      Corpus corpus,
      Tokenizer tokenizer,
      Objective objective,
      boolean packed,
      int rows,
      int batches) {
    int wanted = Math.multiplyExact(rows, batches);
    List<Row> held = HeldOutRows.read(corpus, tokenizer, objective, packed, wanted);
    if (held.isEmpty()) {
      throw new InputException(
          "No held-out document%s has %d tokens or more: add text, or raise eval_fraction."
              .formatted(language.isEmpty() ? "" : " of " + language, objective.shortestRow()));
    }
    List<Batch> all = new ArrayList<>();
    for (int b = 0; b < Math.max(1, held.size() / rows); b++) {
      all.add(batch(objective, held, rows, b * rows));
    }
    List<Row> read = held.subList(0, Math.min(held.size(), all.size() * rows));
    return new HeldOut(language, share, List.copyOf(all), List.copyOf(read));
  }

  private static Batch batch(Objective objective, List<Row> held, int rows, int first) {
    Batch batch = Batch.empty(rows, objective.inputLength(), objective.targetLength());
    for (int i = 0; i < rows; i++) {
      int number = (first + i) % held.size();
      objective.write(batch, i, held.get(number), SEED, number);
    }
    return batch;
  }
}
