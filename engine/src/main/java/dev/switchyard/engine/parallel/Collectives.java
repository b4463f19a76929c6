package dev.switchyard.engine.parallel;

import dev.switchyard.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What one rank of a group can exchange with the others. Each rank has an object of its own, for
 * its own thread. All ranks of a group start the same operations in the same order (NCCL and MPI
 * ask for the same); an operation starts at once and goes on beside what the rank does next, until
 * {@link Pending#await}.
 *
 * <p>Buffers are the rank's own memory; one segment for each rank of the group where each rank gets
 * or gives a part, of any length, also none. A segment is native memory: the host's, or an address
 * on a device that the host can't read; no computation that writes it is in flight any more. What a
 * rank gives to another must be as long as what the other makes room for.
 *
 * <p>Sums are taken in the order of the ranks, so that every rank has the same bits, again and
 * again.
 *
 * <p>{@code what} names the payload, for measurements and messages: "gradients".
 */
public interface Collectives {
  /** This rank's place in the group, from 0. */
  int rank();

  /** Ranks in the group. */
  int size();

  /** Every buffer becomes the sum of all ranks' buffers, which are of one length. */
  Pending allReduce(String what, ElementType type, MemorySegment buffer);

  /**
   * Part i of the sum goes to rank i.
   *
   * @param give a part for each rank
   * @param take this rank's part of the sum; may be the part that it gives itself
   */
  Pending reduceScatter(
      String what, ElementType type, List<MemorySegment> give, MemorySegment take);

  /**
   * Every rank gets what all give.
   *
   * @param give this rank's part
   * @param take room for each rank's part; the own one may be {@code give}
   */
  Pending allGather(String what, MemorySegment give, List<MemorySegment> take);

  /**
   * Rank i gets part i of what each rank gives.
   *
   * @param give a part for each rank
   * @param take room for a part from each rank; the own one may be the part that is given to
   *     itself, others must not overlap what is given
   */
  Pending allToAll(String what, List<MemorySegment> give, List<MemorySegment> take);

  /** Every buffer becomes that of the root. */
  Pending broadcast(String what, MemorySegment buffer, int root);

  /** Waits until all ranks are here. */
  void barrier();

  /**
   * The collectives of some ranks of this group; all of them call it. The same ranks get the same
   * group again.
   *
   * @param ranks of this group, in ascending order, this one among them
   */
  Collectives group(List<Integer> ranks);

  /** What this rank has exchanged since it was last asked, in all its groups. */
  Traffic takeTraffic();

  /** The collectives of a rank that is alone: all is done before it starts. */
  static Collectives alone() {
    return new InProcess(1, InProcess.NO_LIMIT).connect(0);
  }
}
