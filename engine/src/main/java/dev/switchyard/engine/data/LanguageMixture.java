package dev.switchyard.engine.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows of several languages, each row's language drawn by the languages' shares. */
final class LanguageMixture implements RowSource {
  private final Languages languages;
  private final Corpus corpus;
  private final List<ShuffledRows> rows = new ArrayList<>();
  private final long seed;
  private long row;

  /**
   * Rows from a position on.
   *
   * @param position with that of each language, or without any at the beginning
   */
  LanguageMixture(
      DataConfig config,
      Corpus corpus,
      Languages languages,
      Tokenizer tokenizer,
      Objective objective,
      long seed,
      Position position) {
    this.languages = languages;
    this.corpus = corpus;
    this.seed = seed;
    this.row = position.row();
    try {
      for (Languages.Language language : languages.languages()) {
        Position from = position.languages().get(language.name());
        rows.add(
            new ShuffledRows(
                config,
                language.corpus(),
                tokenizer,
                objective,
                language.seed(seed),
                from == null ? Position.start(language.corpus()) : from));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public Drawn next() {
    return rows.get(languages.drawn(seed, row++)).next();
  }

  @Override
  public Position position() {
    Map<String, Position> each = new LinkedHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      each.put(languages.languages().get(i).name(), rows.get(i).position());
    }
    return new Position(row, Position.Place.START, corpus.key(), each);
  }

  @Override
  public long epoch() {
    return rows.stream().mapToLong(RowSource::epoch).min().orElse(0);
  }

  @Override
  public void close() {
    rows.forEach(RowSource::close);
  }
}
