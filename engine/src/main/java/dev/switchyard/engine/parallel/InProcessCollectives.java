package dev.switchyard.engine.parallel;

import dev.switchyard.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One rank's side of the operations of a group. For the rank's thread. */
final class InProcessCollectives implements Collectives {
  private final InProcess world;
  private final List<Integer> ranks;
  private final int rank;
  private final int place;
  private final Operations operations;
  private final TrafficMeter meter;
  private final Deque<Started> started;
  // All groups of this rank by their ranks: whoever asks for a group continues its numbers.
  private final Map<List<Integer>, InProcessCollectives> groups;
  private long number;

  private InProcessCollectives(
      InProcess world,
      List<Integer> ranks,
      int rank,
      TrafficMeter meter,
      Deque<Started> started,
      Map<List<Integer>, InProcessCollectives> groups) {
    this.world = world;
    this.ranks = ranks;
    this.rank = rank;
    this.place = ranks.indexOf(rank);
    this.operations = world.operations(ranks);
    this.meter = meter;
    this.started = started;
    this.groups = groups;
    groups.put(ranks, this);
  }

  /** A rank's side of the operations of all ranks. */
  static InProcessCollectives ofAll(InProcess world, List<Integer> all, int rank) {
    return new InProcessCollectives(
        world, all, rank, new TrafficMeter(), new ArrayDeque<>(), new HashMap<>());
  }

  /** An operation that this rank has started; the rank helps with it until it is over. */
  private final class Started implements Pending {
    private final Operation operation;
    private final Contribution mine;
    private final long begin = System.nanoTime();
    private boolean over;

    Started(Operation operation, Contribution mine) {
      this.operation = operation;
      this.mine = mine;
    }

    boolean help() {
      long from = System.nanoTime();
      boolean helped = world.carryPart(operation);
      if (helped) {
        meter.exchanged(System.nanoTime() - from);
      }
      return helped;
    }

    @Override
    public void await() {
      if (over) {
        return;
      }
      Patience patience = world.patience();
      boolean ended = false;
      while (!ended) {
        if (!help()) {
          long from = System.nanoTime();
          ended = world.sleep(operation, rank, patience);
          meter.waited(System.nanoTime() - from);
        }
      }
      over = true;
      started.remove(this);
      meter.count(
          mine.kind(),
          mine.what(),
          ranks.size(),
          Volume.of(mine, place, ranks.size()),
          System.nanoTime() - begin);
    }
  }

  @Override
  public int rank() {
    return place;
  }

  @Override
  public int size() {
    return ranks.size();
  }

  @Override
  public Pending allReduce(String what, ElementType type, MemorySegment buffer) {
    List<MemorySegment> one = List.of(buffer);
    return start(new Contribution(Collective.ALL_REDUCE, what, type, one, one, 0));
  }

  @Override
  public Pending reduceScatter(
      String what, ElementType type, List<MemorySegment> give, MemorySegment take) {
    checkParts("give", give);
    return start(new Contribution(Collective.REDUCE_SCATTER, what, type, give, List.of(take), 0));
  }

  @Override
  public Pending allGather(String what, MemorySegment give, List<MemorySegment> take) {
    checkParts("take", take);
    return start(new Contribution(Collective.ALL_GATHER, what, null, List.of(give), take, 0));
  }

  @Override
  public Pending allToAll(String what, List<MemorySegment> give, List<MemorySegment> take) {
    checkParts("give", give);
    checkParts("take", take);
    return start(new Contribution(Collective.ALL_TO_ALL, what, null, give, take, 0));
  }

  @Override
  public Pending broadcast(String what, MemorySegment buffer, int root) {
    if (root < 0 || root >= ranks.size()) {
      throw new IndexOutOfBoundsException("Root " + root + " of " + ranks.size());
    }
    List<MemorySegment> one = List.of(buffer);
    return start(new Contribution(Collective.BROADCAST, what, null, one, one, root));
  }

  @Override
  public void barrier() {
    start(new Contribution(Collective.BARRIER, "", null, List.of(), List.of(), 0)).await();
  }

  private void checkParts(String name, List<MemorySegment> parts) {
    if (parts.size() != ranks.size()) {
      throw new IllegalArgumentException(
          "%s has %d parts for %d ranks".formatted(name, parts.size(), ranks.size()));
    }
  }

  private Pending start(Contribution contribution) {
    Operation operation = world.bring(operations, number++, place, contribution);
    Started mine = new Started(operation, contribution);
    started.add(mine);
    // A share of each: the others, who may still compute, do theirs when they come.
    started.forEach(Started::help);
    return mine;
  }

  @Override
  public Collectives group(List<Integer> members) {
    List<Integer> chosen = members.stream().map(ranks::get).toList();
    if (!chosen.contains(rank)) {
      throw new IllegalArgumentException("Rank " + rank + " is not among " + chosen);
    }
    InProcessCollectives known = groups.get(chosen);
    return known == null
        ? new InProcessCollectives(world, chosen, rank, meter, started, groups)
        : known;
  }

  @Override
  public Traffic takeTraffic() {
    return meter.take();
  }
}
