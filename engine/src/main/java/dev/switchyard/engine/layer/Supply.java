package dev.switchyard.engine.layer;

import java.util.BitSet;

/**
 * Weights that are read when they are first needed: those of a parameter's names that nobody has
 * asked for yet are missing, and take no memory where the system gives memory at the first touch.
 * Nothing is missing until somebody says where weights are to be read from. For one thread, the
 * model's.
 */
public final class Supply {
  /** Reads weights into a parameter's memory. */
  @FunctionalInterface
  public interface Reader {
    /**
     * Reads what one name stands for.
     *
     * @param index of the name: of experts, the expert
     */
    void read(int index);
  }

  private final BitSet missing = new BitSet();
  private Reader reader;

  /**
   * From now on everything is missing.
   *
   * @param names how many the parameter has
   */
  public void from(int names, Reader reader) {
    this.reader = reader;
    missing.set(0, names);
  }

  /** Whether nothing is missing. */
  boolean isComplete() {
    return missing.isEmpty();
  }

  /** Reads what one name stands for, unless that is done. */
  void need(int index) {
    if (missing.get(index)) {
      reader.read(index);
      missing.clear(index);
    }
  }

  /** Reads all that is missing. */
  void needAll() {
    for (int index = missing.nextSetBit(0); index >= 0; index = missing.nextSetBit(index + 1)) {
      need(index);
    }
  }
}
