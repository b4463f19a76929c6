package dev.switchyard.engine.configuration;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Guesses what somebody meant who wrote a name that is none. */
public final class NearestNames {
  private NearestNames() {}

  /**
   * The names that take the fewest edits to become the one that was written, the nearest first.
   *
   * @param most how many
   */
  public static List<String> of(String written, Collection<String> names, int most) {
    return names.stream()
        .distinct()
        .sorted(Comparator.comparingInt(name -> distance(written, name)))
        .limit(most)
        .toList();
  }

  /** Edits (insert, delete, replace) that turn one word into the other. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
