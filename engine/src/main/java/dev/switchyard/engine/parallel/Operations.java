package dev.switchyard.engine.parallel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The operations under way in one group of ranks. Guarded by the lock of {@link InProcess}. */
final class Operations {
  private final List<Integer> ranks;
  private final Map<Long, Operation> begun = new HashMap<>();

  Operations(List<Integer> ranks) {
    this.ranks = ranks;
  }

  /** The ranks of the world that form the group. */
  List<Integer> ranks() {
    return ranks;
  }

  /** The operation of this number, begun by whoever asks first. */
  Operation at(long number) {
    return begun.computeIfAbsent(number, n -> new Operation(ranks));
  }

  /** Everybody knows the operation now. */
  void forget(long number) {
    begun.remove(number);
  }
}
