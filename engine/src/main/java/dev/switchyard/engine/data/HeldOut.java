package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Text held out from training: the same at every call and in every run on this text, whatever its
 * seed.
 *
 * @param language whose text it is; empty where the text is taken as one
 * @param share of the training rows that are of this language; 1 where there is one
 * @param rows one or more
 * @param batchRows rows of each batch
 */
public record HeldOut(String language, double share, List<Row> rows, int batchRows) {
  /** The same spans are cut out in every run, so that runs can be compared. */
  private static final long SEED = 0;

  /**
   * A batch in which the languages take turns, as in training: in batches of one language the
   * experts that it prefers would be crowded as they never are there.
   *
   * @param batch where the text does not even fill one, its rows come several times
   * @param parts for each row, whose it is: a number in the list of the held-out texts
   */
  public record Mixed(Batch batch, int[] parts) {}

  /** The batches of some held-out texts; rows that do not fill a last one are left out. */
  public static List<Mixed> batches(List<HeldOut> parts, Objective objective) {
    List<int[]> turns = turns(parts);
    int rows = parts.getFirst().batchRows();
    List<Mixed> batches = new ArrayList<>();
    for (int b = 0; b < Math.max(1, turns.size() / rows); b++) {
      Batch batch = Batch.empty(rows, objective.inputLength(), objective.targetLength());
      int[] whose = new int[rows];
      for (int i = 0; i < rows; i++) {
        int[] turn = turns.get((b * rows + i) % turns.size());
        whose[i] = turn[0];
        objective.write(batch, i, parts.get(turn[0]).rows().get(turn[1]), SEED, turn[1]);
      }
      batches.add(new Mixed(batch, whose));
    }
    return List.copyOf(batches);
  }

  /** The rows of all texts in turn, one of each: the number of the text, and of the row in it. */
  private static List<int[]> turns(List<HeldOut> parts) {
    int longest = parts.stream().mapToInt(part -> part.rows().size()).max().orElseThrow();
    List<int[]> turns = new ArrayList<>();
    for (int row = 0; row < longest; row++) {
      for (int part = 0; part < parts.size(); part++) {
        if (row < parts.get(part).rows().size()) {
          turns.add(new int[] {part, row});
        }
      }
    }
    return turns;
  }

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
    // Rows that would not fill a last batch are left out from the start.
    int read = held.size() < rows ? held.size() : held.size() / rows * rows;
    return new HeldOut(language, share, List.copyOf(held.subList(0, read)), rows);
  }
}
