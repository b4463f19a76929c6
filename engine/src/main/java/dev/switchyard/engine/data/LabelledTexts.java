package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Texts with what they are about, where the files say it. JSON lines may label each word (a list
 * {@code domains} or {@code labels}, one for each of the words between blanks) or the whole text (a
 * string {@code domain} or {@code label}); texts in several folders, or in several files, have the
 * folder's or file's name as label.
 *
 * @param texts in the order in which the files take turns
 * @param source where they are from, for people
 */
public record LabelledTexts(List<Text> texts, String source) {
  /** Blocks of plain text: a few sentences. */
  private static final int BLOCK_BYTES = 1024;

  /**
   * A text.
   *
   * @param text never blank
   * @param labels of its words, as many; or one of all of it; or none
   */
  public record Text(String text, List<String> labels) {
    /**
     * The label of a place.
     *
     * @param start of a token, in UTF-16 units; -1 for one that is not in the text
     * @return null where there is none
     */
    public String labelAt(int start) {
      if (start < 0 || labels.size() < 2) {
        return start < 0 || labels.isEmpty() ? null : labels.getFirst();
      }
      int word = -1;
      boolean blank = true;
      for (int i = 0; i <= start && i < text.length(); i++) {
        boolean here = Character.isWhitespace(text.charAt(i));
        word += blank && !here ? 1 : 0;
        blank = here;
      }
      // A token that begins with the blank before a word is that word's.
      int at = blank ? word + 1 : word;
      return at >= 0 && at < labels.size() ? labels.get(at) : null;
    }
  }

  /** Whether any text has a label. */
  public boolean areLabelled() {
    return texts.stream().anyMatch(text -> !text.labels().isEmpty());
  }

  /**
   * Reads texts, from each file in turn.
   *
   * @param paths as for {@link Corpus#open}
   * @param most texts that are read
   * @throws InputException where there is nothing to read, or a line has not as many labels as
   *     words
   */
  public static LabelledTexts read(List<String> paths, int most) {
    boolean pairs = Corpus.holdsPairs(paths);
    Corpus corpus = Corpus.open(paths, pairs, 0);
    Set<String> names = corpus.files().stream().map(TextFile::language).collect(Collectors.toSet());
    List<Text> texts = new ArrayList<>();
    Deque<Open> open = new ArrayDeque<>();
    for (int file = 0; file < corpus.files().size(); file++) {
      open.add(new Open(corpus, file, 0, 0, names.size() > 1));
    }
    while (texts.size() < most && !open.isEmpty()) {
      Open next = open.pop();
      int share = Math.max(1, (most - texts.size()) / (open.size() + 1));
      Open rest = next.read(Math.min(share, 16), texts);
      if (rest != null) {
        open.add(rest);
      }
    }
    return new LabelledTexts(List.copyOf(texts), String.join(", ", paths));
  }

  /** A file of which something is left to read. */
  private record Open(Corpus corpus, int file, long offset, long number, boolean named) {

    /** Reads some of it; null where nothing is left. */
    Open read(int count, List<Text> into) {
      TextFile text = corpus.files().get(file);
      try (DocumentReader reader = new DocumentReader(text, BLOCK_BYTES, offset, number)) {
        for (int i = 0; i < count; i++) {
          Document document = reader.next();
          if (document == null) {
            return null;
          }
          into.add(new Text(document.text(), labels(text, document, reader.raw())));
        }
        return new Open(corpus, file, reader.offset(), reader.number(), named);
      }
    }

    private List<String> labels(TextFile text, Document document, String raw) {
      List<String> labels =
          text.hasLines() && text.format() != TextFile.Format.TABBED_PAIRS
              ? LineText.labels(text, raw, document.number() + 1)
              : List.of();
      int words = document.text().strip().split("\\s+").length;
      if (labels.size() > 1 && labels.size() != words) {
        throw new InputException(
            "%s, line %d: there are %d labels for %d words. Give one for each word, or one for all."
                .formatted(text.path(), document.number() + 1, labels.size(), words));
      }
      return labels.isEmpty() && named ? List.of(text.language()) : List.copyOf(labels);
    }
  }
}
