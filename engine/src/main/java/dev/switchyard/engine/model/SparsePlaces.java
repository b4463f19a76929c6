package dev.switchyard.engine.model;

import dev.switchyard.engine.configuration.InputException;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/** Which blocks of a stack are sparse: one of every n, by the rule of one of two code bases. */
enum SparsePlaces {
  /** The second of every n blocks; with n = 1 all of them. */
  HUGGINGFACE {
    @Override
    boolean isSparse(int block, int step) {
      return step == 1 || (step > 1 && block % step == 1);
    }
  },
  /** The last of every n blocks. */
  FLAXFORMER {
    @Override
    boolean isSparse(int block, int step) {
      return step > 0 && block % step == step - 1;
    }
  };

  /** Whether a block, counted from 0, is sparse where one of every {@code step} is; 0: none. */
  abstract boolean isSparse(int block, int step);

  /** The rule that a setting names. */
  static SparsePlaces named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** The numbers of a list such as "1,3,5". */
  static SortedSet<Integer> parse(String list) {
    SortedSet<Integer> blocks = new TreeSet<>();
    for (String number : list.split(",", -1)) {
      blocks.add(Integer.valueOf(number.strip()));
    }
    return blocks;
  }

  /**
   * Checks a list of blocks; an empty one is right.
   *
   * @throws InputException where it is no list of different numbers below {@code blocks}
   */
  static void check(String setting, String list, int blocks) {
    if (list.isBlank()) {
      return;
    }
    try {
      SortedSet<Integer> numbers = parse(list);
      if (numbers.first() < 0 || numbers.last() >= blocks) {
        throw new InputException(
            "%s is \"%s\", but the stack has blocks 0 to %d.".formatted(setting, list, blocks - 1));
      }
      if (numbers.size() < list.split(",", -1).length) {
        throw new InputException(
            "%s is \"%s\", which names a block twice.".formatted(setting, list));
      }
    } catch (NumberFormatException e) {
      throw new InputException(
          "%s is \"%s\", but must be numbers of blocks, such as 1,3,5.".formatted(setting, list),
          e);
    }
  }
}
