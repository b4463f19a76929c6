package dev.switchyard.views.palette;

import dev.switchyard.views.action.Action;
import dev.switchyard.views.action.ActionGroup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds actions by words that need be neither whole nor in order. */
final class ActionSearch {
  private static final int START_OF_TITLE = 12;
  private static final int START_OF_WORD = 9;
  private static final int WITHIN = 5;
  private static final int OF_ANOTHER_WORD = 3;
  private static final int SCATTERED = 1;

  private ActionSearch() {}

  /**
   * An action among others.
   *
   * @param group the screen that it is of
   */
  record Found(String group, Action action) {}

  private record Ranked(Found found, int score) {}

  /**
   * The actions that have all words of a query, the best first; what can be done now stands before
   * what can't, and both before what has no more than the letters: who asks for what can't be done
   * gets nothing else done. An empty query finds all.
   */
  static List<Found> find(List<ActionGroup> groups, String query) {
    String[] words = query.strip().toLowerCase(Locale.ROOT).split("\\s+");
    List<Ranked> ranked = new ArrayList<>();
    for (ActionGroup group : groups) {
      for (Action action : group.actions()) {
        int score = query.isBlank() ? WITHIN : score(group.title(), action, words);
        if (score > 0) {
          ranked.add(new Ranked(new Found(group.title(), action), score));
        }
      }
    }
    ranked.sort(
        Comparator.<Ranked>comparingInt(each -> each.score() == SCATTERED ? 1 : 0)
            .thenComparingInt(each -> each.found().action().enabled().get() ? 0 : 1)
            .thenComparingInt(each -> -each.score()));
    return ranked.stream().map(Ranked::found).toList();
  }

  /** 0 where a word is nowhere, {@link #SCATTERED} where of one there are no more than letters. */
  private static int score(String group, Action action, String[] words) {
    String title = action.title().toLowerCase(Locale.ROOT);
    String more = (group + " " + action.words()).toLowerCase(Locale.ROOT);
    int sum = 0;
    boolean scattered = false;
    for (String word : words) {
      int score = score(title, more, word);
      if (score == 0) {
        return 0;
      }
      scattered |= score == SCATTERED;
      sum += score;
    }
    return scattered ? SCATTERED : sum;
  }

  private static int score(String title, String more, String word) {
    if (title.startsWith(word)) {
      return START_OF_TITLE;
    } else if (title.contains(" " + word)) {
      return START_OF_WORD;
    } else if (title.contains(word)) {
      return WITHIN;
    } else if (more.contains(word)) {
      return OF_ANOTHER_WORD;
    }
    return isScattered(title, word) ? SCATTERED : 0;
  }

  /** Whether all letters stand in a text in their order, the first one at the start of a word. */
  private static boolean isScattered(String text, String letters) {
    int from = text.startsWith(letters.substring(0, 1)) ? 0 : text.indexOf(" " + letters.charAt(0));
    for (int i = 0; from >= 0 && i < letters.length(); i++) {
      int at = text.indexOf(letters.charAt(i), from);
      if (at < 0) {
        return false;
      }
      from = at + 1;
    }
    return from >= 0 && letters.length() > 1;
  }
}
