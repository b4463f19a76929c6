package dev.switchyard.engine.parallel;

import dev.switchyard.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What one rank brings to an operation.
 *
 * @param kind of the operation
 * @param what the payload is, for people
 * @param type of the elements of a sum, else null
 * @param give segments: one, or one for each rank
 * @param take segments: one, or one for each rank; those of {@code give} where results replace them
 * @param root of a broadcast, else 0
 */
record Contribution(
    Collective kind,
    String what,
    ElementType type,
    List<MemorySegment> give,
    List<MemorySegment> take,
    int root) {

  /** For messages: "all-reduce of gradients". */
  String name() {
    return kind == Collective.BARRIER ? kind.word() : kind.word() + " of " + what;
  }
}
