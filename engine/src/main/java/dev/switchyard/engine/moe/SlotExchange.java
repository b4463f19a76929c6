package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.parallel.Collectives;
import dev.switchyard.engine.parallel.Pending;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One direction of a Switch layer's exchange along the expert axis, in several flights. A device's
 * own slots are in none: they stay where they are, to be computed while the others travel. Each
 * flight is an all-to-all in which a device gives to some others, the next along the axis, and
 * takes from as many before it, so that in every flight all links are in use. All together are the
 * paper's all-to-all, byte for byte.
 */
final class SlotExchange {
  private final Pass pass;
  private final Backend backend;
  private final Collectives group;
  private final int experts;
  private final int[] lengths;
  private final List<List<Integer>> distances;
  private final boolean toExperts;
  private final List<Pending> pending = new ArrayList<>();
  private Pending counts = Pending.DONE;

  /**
   * From tokens to experts.
   *
   * @param experts on all devices together
   * @param lengths slots of an expert on each device
   */
  SlotExchange(Pass pass, int experts, int[] lengths) {
    this(pass, experts, lengths, true);
  }

  private SlotExchange(Pass pass, int experts, int[] lengths, boolean toExperts) {
    this.pass = pass;
    this.backend = pass.backend();
    this.group = pass.division().rank().expert();
    this.experts = experts;
    this.lengths = lengths.clone();
    this.toExperts = toExperts;
    this.distances = distances(group.size(), pass.division().rank().exchangeFlights());
  }

  /** Which devices are served in each flight, as distances along the axis from this one. */
  private static List<List<Integer>> distances(int devices, int flights) {
    int most = Math.min(flights, devices);
    List<List<Integer>> distances = new ArrayList<>();
    if (most == 1) {
      distances.add(range(0, devices));
      return distances;
    }
    distances.add(range(0, 1));
    for (int i = 0; i < most - 1; i++) {
      int others = devices - 1;
      distances.add(range(1 + others * i / (most - 1), 1 + others * (i + 1) / (most - 1)));
    }
    return distances;
  }

  private static List<Integer> range(int from, int to) {
    List<Integer> range = new ArrayList<>();
    for (int i = from; i < to; i++) {
      range.add(i);
    }
    return range;
  }

  /** The way back, along which the same slots travel the other way. */
  SlotExchange opposite() {
    return new SlotExchange(pass, experts, lengths, !toExperts);
  }

  /** The senders whose slots arrive in each flight. */
  List<List<Integer>> flights() {
    return distances.stream().map(flight -> flight.stream().map(this::before).toList()).toList();
  }

  private int before(int distance) {
    return Math.floorMod(group.rank() - distance, group.size());
  }

  private int behind(int distance) {
    return (group.rank() + distance) % group.size();
  }

  /**
   * Starts all flights.
   *
   * @param slots [E, M, d] of this device's tokens
   * @return [E here, M there, d] from each device, to be read after {@link #await}
   */
  List<Tensor> start(String what, Tensor slots) {
    List<Tensor> give = parts(slots);
    List<Tensor> take = new ArrayList<>();
    for (int device = 0; device < lengths.length; device++) {
      boolean own = device == group.rank();
      take.add(own ? give.get(device) : room(lengths[device], slots.length(2)));
    }
    backend.synchronize();
    for (int flight = 0; flight < distances.size(); flight++) {
      pending.add(fly(what, flight, give, take));
    }
    return take;
  }

  /** Waits for the flight that brings these senders' slots. */
  void await(List<Integer> senders) {
    if (!isAtHome(flights().indexOf(senders))) {
      counts.await();
    }
    pending.get(flights().indexOf(senders)).await();
  }

  /** Whether a flight is that of the device's own slots, which do not leave it. */
  private boolean isAtHome(int flight) {
    return flight == 0 && distances.size() > 1;
  }

  /** Waits for all. */
  void awaitAll() {
    pending.forEach(Pending::await);
  }

  /**
   * Room for what is made of arrived slots; the own ones have it where they are to end up.
   *
   * @param y [E, M, d] of this device's tokens
   */
  List<Tensor> room(List<Tensor> arrived, Tensor y) {
    List<Tensor> own = parts(y);
    List<Tensor> room = new ArrayList<>();
    for (int device = 0; device < lengths.length; device++) {
      boolean here = device == group.rank();
      room.add(here ? own.get(device) : room(arrived.get(device).length(1), y.length(2)));
    }
    return room;
  }

  /**
   * Starts the flight that brings senders their slots back.
   *
   * @param results for each sender, see {@link #room}
   * @param y [E, M, d], to be read after {@link #awaitAll}
   */
  void give(String what, List<Integer> senders, List<Tensor> results, Tensor y) {
    backend.synchronize();
    pending.add(fly(what, flights().indexOf(senders), results, parts(y)));
  }

  /** An all-to-all with the devices of this flight alone, and with the own slots, at the first. */
  private Pending fly(String what, int flight, List<Tensor> give, List<Tensor> take) {
    if (isAtHome(flight)) {
      return Pending.DONE;
    }
    List<Integer> served = new ArrayList<>(distances.get(flight));
    if (flight == 1) {
      served.addAll(distances.getFirst());
    }
    MemorySegment[] gives = nothing(give);
    MemorySegment[] takes = nothing(take);
    for (int distance : served) {
      int to = toExperts ? behind(distance) : before(distance);
      int from = toExperts ? before(distance) : behind(distance);
      gives[to] = backend.memory(give.get(to));
      takes[from] = backend.memory(take.get(from));
    }
    return group.allToAll(what, List.of(gives), List.of(takes));
  }

  private MemorySegment[] nothing(List<Tensor> tensors) {
    MemorySegment[] nothing = new MemorySegment[tensors.size()];
    for (int i = 0; i < nothing.length; i++) {
      nothing[i] = backend.memory(tensors.get(i)).asSlice(0, 0);
    }
    return nothing;
  }

  /** The slots for the experts of each device. */
  private List<Tensor> parts(Tensor slots) {
    int each = experts / lengths.length;
    List<Tensor> parts = new ArrayList<>();
    for (int device = 0; device < lengths.length; device++) {
      parts.add(slots.part(device * each, (device + 1) * each));
    }
    return parts;
  }

  private Tensor room(int length, int width) {
    return pass.take(experts / lengths.length, length, width);
  }

  /**
   * How many slots of the experts here each device has filled, so that empty ones cost nothing; to
   * be read after {@link #await}.
   *
   * @param slotsUsed [E] of this device's tokens; null where they lie anywhere
   * @param length slots of an expert
   * @return [E here] from each device
   */
  List<Tensor> used(Tensor slotsUsed, int length) {
    Tensor own = slotsUsed;
    if (own == null) {
      int[] all = new int[experts];
      Arrays.fill(all, length);
      own = pass.ints(all, experts);
    }
    int each = experts / lengths.length;
    Tensor arrived = pass.takeInts(lengths.length, each);
    List<MemorySegment> give = new ArrayList<>();
    List<MemorySegment> take = new ArrayList<>();
    List<Tensor> bySender = new ArrayList<>();
    for (int device = 0; device < lengths.length; device++) {
      Tensor to = own.part(device * each, (device + 1) * each);
      Tensor from = device == group.rank() ? to : arrived.part(device, device + 1).as(each);
      give.add(backend.memory(to));
      take.add(backend.memory(from));
      bySender.add(from);
    }
    backend.synchronize();
    counts = group.allToAll("slots used", give, take);
    return List.copyOf(bySender);
  }

  /** Slots of an expert on each device of the expert axis. */
  static int[] gather(Pass pass, int own) {
    Backend backend = pass.backend();
    Collectives group = pass.division().rank().expert();
    Tensor all = pass.takeInts(group.size());
    Tensor mine = pass.ints(new int[] {own}, 1);
    List<MemorySegment> take = new ArrayList<>();
    for (int device = 0; device < group.size(); device++) {
      take.add(backend.memory(all.part(device, device + 1)));
    }
    backend.synchronize();
    group.allGather("slot counts", backend.memory(mine), take).await();
    return backend.ints(all);
  }
}
