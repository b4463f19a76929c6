package dev.switchyard.engine.parallel;

import dev.switchyard.engine.tensor.Transport;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * One operation of a group. Complete when every rank has brought its buffers; then its parts, one
 * for each rank, can be carried by anybody, at the same time. Guarded by the lock of {@link
 * InProcess}, but for {@link #carry}.
 */
final class Operation {
  private final List<Integer> ranks;
  private final Contribution[] contributions;
  private int brought;
  private int claimed;
  private int carried;

  Operation(List<Integer> ranks) {
    this.ranks = ranks;
    this.contributions = new Contribution[ranks.size()];
  }

  void bring(int place, Contribution contribution) {
    if (contributions[place] != null) {
      throw new IllegalStateException(
          "Rank %d brings its buffers for the %s to the %s, to which it has come already"
              .formatted(ranks.get(place), contribution.name(), contributions[place].name()));
    }
    contributions[place] = contribution;
    brought++;
  }

  boolean isComplete() {
    return brought == contributions.length;
  }

  boolean hasPart() {
    return isComplete() && claimed < contributions.length;
  }

  /** The next part to be carried, or -1. */
  int claim() {
    return hasPart() ? claimed++ : -1;
  }

  void carried() {
    carried++;
  }

  boolean isOver() {
    return carried == contributions.length;
  }

  /** The first rank of the world that has not come, or -1. */
  int missing() {
    for (int i = 0; i < contributions.length; i++) {
      if (contributions[i] == null) {
        return ranks.get(i);
      }
    }
    return -1;
  }

  /** The rank of the world to which a part belongs. */
  int rank(int part) {
    return ranks.get(part);
  }

  /** What those who came call it. */
  String name() {
    for (Contribution contribution : contributions) {
      if (contribution != null) {
        return contribution.name();
      }
    }
    return "operation";
  }

  /** How the contributions do not fit together; null where they do. */
  RankFailure misfit() {
    Contribution first = contributions[0];
    for (int i = 1; i < contributions.length; i++) {
      Contribution other = contributions[i];
      if (other.kind() != first.kind()
          || other.type() != first.type()
          || other.root() != first.root()) {
        String why =
            "came to the %s (%s, root %d) while rank %d came to the %s (%s, root %d)"
                .formatted(
                    other.name(),
                    other.type(),
                    other.root(),
                    ranks.getFirst(),
                    first.name(),
                    first.type(),
                    first.root());
        return new RankFailure(ranks.get(i), why, null);
      }
    }
    for (int from = 0; from < contributions.length; from++) {
      for (int to = 0; to < contributions.length; to++) {
        long gives = given(from, to).byteSize();
        long room = taken(to, from).byteSize();
        if (gives != room) {
          String why =
              "has %d bytes for rank %d in the %s, which expects %d"
                  .formatted(gives, ranks.get(to), first.name(), room);
          return new RankFailure(ranks.get(from), why, null);
        }
      }
    }
    return null;
  }

  /** What one place of the group gives to another; the whole where all get the same. */
  private MemorySegment given(int from, int to) {
    Contribution contribution = contributions[from];
    return switch (contribution.kind()) {
      case REDUCE_SCATTER, ALL_TO_ALL -> contribution.give().get(to);
      case ALL_REDUCE, ALL_GATHER -> contribution.give().getFirst();
      case BROADCAST -> contributions[contribution.root()].give().getFirst();
      case BARRIER -> MemorySegment.NULL;
    };
  }

  /** Where one place of the group takes what another gives. */
  private MemorySegment taken(int to, int from) {
    Contribution contribution = contributions[to];
    return switch (contribution.kind()) {
      case ALL_GATHER, ALL_TO_ALL -> contribution.take().get(from);
      case ALL_REDUCE, REDUCE_SCATTER, BROADCAST -> contribution.take().getFirst();
      case BARRIER -> MemorySegment.NULL;
    };
  }

  /** Carries one part; parts touch different memory, so that several threads can carry. */
  void carry(int part, Transport transport) {
    Contribution mine = contributions[part];
    switch (mine.kind()) {
      case ALL_REDUCE -> reducePart(part, transport);
      case REDUCE_SCATTER -> {
        MemorySegment[] from = new MemorySegment[contributions.length];
        for (int i = 0; i < from.length; i++) {
          from[i] = given(i, part);
        }
        transport.sum(mine.type(), from, new MemorySegment[] {mine.take().getFirst()});
      }
      case ALL_GATHER, ALL_TO_ALL -> {
        for (int from = 0; from < contributions.length; from++) {
          copy(given(from, part), taken(part, from), transport);
        }
      }
      case BROADCAST -> copy(given(part, part), taken(part, part), transport);
      case BARRIER -> {}
    }
    transport.finish();
  }

  /**
   * A stretch of everybody's buffer, summed and given to everybody; the first part has all of it
   * where the transport prefers that.
   */
  private void reducePart(int part, Transport transport) {
    MemorySegment[] buffers = new MemorySegment[contributions.length];
    int bytes = contributions[part].type().bytes();
    long elements = contributions[part].give().getFirst().byteSize() / bytes;
    boolean divided = transport.dividesSums();
    if (!divided && part > 0) {
      return;
    }
    long from = divided ? elements * part / buffers.length * bytes : 0;
    long to = divided ? elements * (part + 1) / buffers.length * bytes : elements * bytes;
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = contributions[i].give().getFirst().asSlice(from, to - from);
    }
    transport.sum(contributions[part].type(), buffers, buffers);
  }

  private static void copy(MemorySegment from, MemorySegment to, Transport transport) {
    // Where a rank's own part is already in its place there is nothing to do.
    if (from.byteSize() > 0 && !from.equals(to)) {
      transport.copy(from, to);
    }
  }
}
