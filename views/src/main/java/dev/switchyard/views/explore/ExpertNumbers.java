package dev.switchyard.views.explore;

import dev.switchyard.engine.configuration.InputException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Experts as a person writes them: {@code 3, 17, 40-47}. */
final class ExpertNumbers {
  private static final Pattern PART = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");

  private ExpertNumbers() {}

  /**
   * The numbers that are meant.
   *
   * @param experts of a layer
   * @throws InputException where there is no such expert, or it is no number
   */
  static Set<Integer> of(String text, int experts) {
    Set<Integer> numbers = new TreeSet<>();
    String tight = text.strip().replaceAll("\\s*[-–]\\s*", "-");
    for (String part : tight.split("[,;\\s]+")) {
      Matcher written = PART.matcher(part);
      if (!written.matches()) {
        throw new InputException(
            "“%s” is no expert: write numbers, such as 3, 17, 40-47.".formatted(part));
      }
      int first = Integer.parseInt(written.group(1));
      int last = written.group(2) == null ? first : Integer.parseInt(written.group(2));
      if (first >= experts || last >= experts || last < first) {
        throw new InputException(
            "There are no experts %s: they are 0 to %d.".formatted(part, experts - 1));
      }
      for (int expert = first; expert <= last; expert++) {
        numbers.add(expert);
      }
    }
    return numbers;
  }
}
