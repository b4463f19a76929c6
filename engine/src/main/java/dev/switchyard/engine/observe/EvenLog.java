package dev.switchyard.engine.observe;

import java.util.ArrayList;
import java.util.List;

/**
 * A sequence in bounded memory, evenly thinned out: whenever there are too many, every second goes;
 * the first and the newest always stay. May be used by several threads.
 *
 * @param <T> what comes one after the other
 */
public final class EvenLog<T> {
  private final int most;
  private final List<T> kept = new ArrayList<>();
  private long stride = 1;
  private long count;

  /**
   * Nothing yet.
   *
   * @param most that are kept, even
   */
  public EvenLog(int most) {
    if (most < 2 || most % 2 != 0) {
      throw new IllegalArgumentException("An even number: " + most);
    }
    this.most = most;
  }

  /** Adds the newest. */
  public synchronized void add(T newest) {
    // What came last stays until something newer comes, even if its turn had not come.
    if (count > 0 && (count - 1) % stride != 0) {
      kept.removeLast();
    }
    kept.add(newest);
    count++;
    if (kept.size() > most) {
      List<T> half = new ArrayList<>(most);
      for (int i = 0; i < kept.size(); i += 2) {
        half.add(kept.get(i));
      }
      stride *= 2;
      kept.clear();
      kept.addAll(half);
    }
  }

  /** The newest; null: nothing came yet. */
  public synchronized T newest() {
    return kept.isEmpty() ? null : kept.getLast();
  }

  /** Those that are kept, oldest first. */
  public synchronized List<T> snapshot() {
    return List.copyOf(kept);
  }
}
