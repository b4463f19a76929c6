package dev.switchyard.views.component;

import java.util.function.Function;
import javafx.util.StringConverter;

/**
 * The items of a list in words, for lists that nobody writes into.
 *
 * @param <T> an item
 */
public final class Worded<T> extends StringConverter<T> {
  private final Function<T, String> words;

  /**
   * By a function.
   *
   * @param words of an item, for people; not asked for null, which is no words
   */
  public Worded(Function<T, String> words) {
    this.words = words;
  }

  @Override
  public String toString(T item) {
    return item == null ? "" : words.apply(item);
  }

  @Override
  public T fromString(String text) {
    throw new UnsupportedOperationException("Words are not read");
  }
}
