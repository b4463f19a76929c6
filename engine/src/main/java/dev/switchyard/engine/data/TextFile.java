package dev.switchyard.engine.data;

import java.nio.file.Path;
import java.util.Locale;

/**
 * A file of a {@link Corpus}.
 *
 * @param path where it is
 * @param name its path inside the folder that was given, with "/", or its file name
 * @param root name of the folder that was given, or null for a file
 * @param format how it is read
 * @param bytes its size
 * @param modified when it was last changed, milliseconds since 1970
 */
public record TextFile(
    Path path, String name, String root, Format format, long bytes, long modified) {

  /** How the contents are divided into documents. */
  public enum Format {
    /** Plain text, in blocks of paragraphs. */
    TEXT,
    /** Each line a JSON object with a field text. */
    JSON_LINES,
    /** Each line a JSON object with the fields input and target. */
    JSON_PAIRS,
    /** Each line an input, a tab, and a target. */
    TABBED_PAIRS;

    static Format of(String name, boolean pairs) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (pairs) {
        return lower.endsWith(".tsv") ? TABBED_PAIRS : JSON_PAIRS;
      }
      return lower.endsWith(".jsonl") ? JSON_LINES : TEXT;
    }
  }

  /** Whether each line is a document of its own. */
  boolean hasLines() {
    return format != Format.TEXT;
  }

  /**
   * The language that its place says: the first folder on the way to it inside the folder that was
   * given; else that folder's own name; of a file given by itself, its name without the ending.
   */
  String language() {
    int slash = name.indexOf('/');
    if (slash > 0) {
      return name.substring(0, slash);
    } else if (root != null) {
      return root;
    }
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
