package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.GradientListener;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.parallel.Collectives;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.parallel.Pending;
import dev.switchyard.engine.parallel.Rank;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Sums one device's gradients with those of the devices that have the same weights: experts' over
 * the data axis, all others' over data and expert axes. Gradients go in buckets, each as soon as
 * the backward pass has completed it. With ZeRO-1 each bucket's sum goes to one of the devices
 * alone, which remembers the optimizer's state for it, updates it and gives the weights to the
 * others.
 */
final class GradientReduction implements GradientListener, AutoCloseable {
  private static final String GRADIENTS = "gradients";
  private static final String EXPERT_GRADIENTS = "expert gradients";
  private static final String WEIGHTS = "updated weights";

  private final Rank rank;
  private final Backend backend;
  private final boolean zero1;
  private final List<Bucket> buckets = new ArrayList<>();
  private final List<Pending> pending = new ArrayList<>();
  private final Arena memory = Arena.ofShared();
  private final MemorySegment sum = memory.allocate(ValueLayout.JAVA_DOUBLE);

  /** Parameters whose gradients lie side by side, and who of the group owns them under ZeRO-1. */
  private static final class Bucket {
    final List<Parameter> parameters = new ArrayList<>();
    final boolean experts;
    int owner;
    int complete;
    boolean started;

    Bucket(boolean experts) {
      this.experts = experts;
    }

    long elements() {
      return end() - parameters.getFirst().gradient().offset();
    }

    long end() {
      Tensor last = parameters.getLast().gradient();
      return last.offset() + last.size();
    }

    boolean takes(Parameter next, boolean expert, long room) {
      Tensor gradient = next.gradient();
      return experts == expert
          && parameters.getLast().gradient().storage().equals(gradient.storage())
          && end() <= gradient.offset()
          && gradient.offset() - end() < ALIGNMENT
          && gradient.offset() + gradient.size() - parameters.getFirst().gradient().offset()
              <= room;
    }
  }

  // Gradients lie one behind the other, each at a multiple of this.
  private static final int ALIGNMENT = 64;

  /**
   * Buckets for a device's parameters.
   *
   * @param bucketBytes about how much goes at once
   */
  GradientReduction(
      Rank rank, Backend backend, List<Parameter> parameters, double bucketBytes, boolean zero1) {
    this.rank = rank;
    this.backend = backend;
    this.zero1 = zero1;
    long room = (long) (bucketBytes / backend.floatType().bytes());
    Bucket last = null;
    for (Parameter parameter : parameters) {
      boolean expert = parameter.held().overExperts();
      if (last == null || !last.takes(parameter, expert, room)) {
        last = new Bucket(expert);
        buckets.add(last);
      }
      last.parameters.add(parameter);
    }
    // The backward pass begins with the last parameters.
    Collections.reverse(buckets);
    chooseOwners(false);
    chooseOwners(true);
  }

  private void chooseOwners(boolean experts) {
    long[] load = new long[group(experts).size()];
    for (Bucket bucket : buckets) {
      if (bucket.experts == experts) {
        int least = 0;
        for (int i = 1; i < load.length; i++) {
          least = load[i] < load[least] ? i : least;
        }
        bucket.owner = least;
        load[least] += bucket.elements();
      }
    }
  }

  private Collectives group(boolean experts) {
    return experts ? rank.data() : rank.shards();
  }

  private boolean isOwned(Bucket bucket) {
    return !zero1 || bucket.owner == group(bucket.experts).rank();
  }

  /** The parameters that this device updates. */
  List<Parameter> owned() {
    return buckets.stream().filter(this::isOwned).flatMap(b -> b.parameters.stream()).toList();
  }

  /** Before a backward pass. */
  void begin() {
    for (Bucket bucket : buckets) {
      bucket.complete = 0;
      bucket.started = false;
    }
  }

  @Override
  public void complete(String prefix) {
    for (Bucket bucket : buckets) {
      for (Parameter parameter : bucket.parameters) {
        bucket.complete += parameter.names().getFirst().startsWith(prefix) ? 1 : 0;
      }
      if (bucket.complete == bucket.parameters.size()) {
        start(bucket);
      }
    }
  }

  private void start(Bucket bucket) {
    Collectives group = group(bucket.experts);
    if (bucket.started || group.size() == 1) {
      bucket.started = true;
      return;
    }
    bucket.started = true;
    // Zeros that only count as such are written: others read the memory itself.
    bucket.parameters.forEach(Parameter::gradient);
    backend.synchronize();
    Tensor first = bucket.parameters.getFirst().gradient();
    Tensor all = new Tensor(first.storage(), first.offset(), Math.toIntExact(bucket.elements()));
    MemorySegment memory = backend.memory(all);
    String what = bucket.experts ? EXPERT_GRADIENTS : GRADIENTS;
    if (!zero1) {
      pending.add(group.allReduce(what, all.type(), memory));
      return;
    }
    List<MemorySegment> give = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      give.add(i == bucket.owner ? memory : memory.asSlice(0, 0));
    }
    pending.add(group.reduceScatter(what, all.type(), give, give.get(group.rank())));
  }

  /** After the backward pass: sums what is left, and waits for all. */
  void finish() {
    buckets.forEach(this::start);
    pending.forEach(Pending::await);
    pending.clear();
  }

  /** The norm of the whole model's gradient, the same on all devices; after {@link #finish}. */
  double norm() {
    double squares = 0;
    for (Bucket bucket : buckets) {
      if (isOwned(bucket)) {
        for (Parameter parameter : bucket.parameters) {
          squares += backend.sumOfSquares(parameter.gradient()) / copies(parameter);
        }
      }
    }
    sum.set(ValueLayout.JAVA_DOUBLE, 0, squares);
    rank.world().allReduce("gradient norm", ElementType.FLOAT64, sum).await();
    return Math.sqrt(sum.get(ValueLayout.JAVA_DOUBLE, 0));
  }

  /** Devices that count the same weights in {@link #norm}. */
  private int copies(Parameter parameter) {
    Mesh mesh = rank.mesh();
    int models = parameter.held().overModel() ? 1 : mesh.model();
    int others = zero1 ? 1 : parameter.held().overExperts() ? mesh.data() : mesh.shards();
    return models * others;
  }

  @Override
  public void close() {
    memory.close();
  }

  /** Under ZeRO-1: gives updated weights to those that have the same, and takes theirs. */
  void share() {
    if (!zero1) {
      return;
    }
    backend.synchronize();
    for (Bucket bucket : buckets) {
      Collectives group = group(bucket.experts);
      if (group.size() > 1) {
        for (Parameter parameter : bucket.parameters) {
          MemorySegment memory = backend.memory(parameter.value());
          pending.add(group.broadcast(WEIGHTS, memory, bucket.owner));
        }
      }
    }
    pending.forEach(Pending::await);
    pending.clear();
  }
}
