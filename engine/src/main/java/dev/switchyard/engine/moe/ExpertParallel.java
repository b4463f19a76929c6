package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.parallel.Collectives;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.parallel.Rank;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The experts of a Switch layer, wherever they are (Switch Transformers, section 5.4). Along the
 * expert axis each device holds as many experts as the others: its tokens' slots go to the experts'
 * devices by an all-to-all, and what the experts make of them comes back by another; twice as many
 * for the gradients. On a device the slots of different senders are computed one sender after the
 * other. Where all experts are here, nothing is sent.
 */
public final class ExpertParallel {
  private static final String THERE = "tokens to experts";
  private static final String BACK = "experts' results to tokens";
  private static final String GRADIENTS_THERE = "results' gradients to experts";
  private static final String GRADIENTS_BACK = "experts' gradients to tokens";
  private static final String SUMMED = "expert tokens";

  private final Experts experts;
  private final int count;

  /**
   * Kept for the backward pass: what the experts here keep of each sender's tokens, in the order of
   * the senders.
   */
  public record Saved(List<Experts.Saved> bySender) {
    /** What the experts read of the first sender's tokens: of all where nothing is sent. */
    public Tensor x() {
      return bySender.getFirst().x();
    }

    /** Their hidden layer for those; see {@link Experts.Saved}. */
    public Tensor hidden() {
      return bySender.getFirst().hidden();
    }
  }

  /** Experts named as {@link Experts} says; {@code count} on all devices together. */
  public ExpertParallel(
      ParameterSource source,
      String prefix,
      int count,
      ExpertShape shape,
      double dropoutRate,
      int site) {
    this.experts = new Experts(source, prefix, count, shape, dropoutRate, site);
    this.count = count;
  }

  /** Whether expert dropout acts in a pass. */
  boolean isDropping(Pass pass) {
    return experts.isDropping(pass);
  }

  /** What each expert is. */
  public ExpertShape shape() {
    return experts.shape();
  }

  /**
   * Computes.
   *
   * @param x [E, M, d] for all experts, zeros in empty slots
   * @param slotsUsed [E] INT32: from here on an expert's slots are empty; or null
   * @param unequal whether M may be another on other devices
   * @param y [E, M, d], as wide as the experts' output
   */
  public Saved forward(Pass pass, Tensor x, Tensor slotsUsed, boolean unequal, Tensor y) {
    Rank rank = pass.division().rank();
    if (rank.expert().size() == 1) {
      Experts.Saved saved =
          experts.forward(pass, x, slotsUsed, y, slots(pass, 0, pass.division().part()));
      pass.sumOverModel(SUMMED, y);
      return new Saved(List.of(saved));
    }
    int[] lengths = lengths(rank, x.length(1), unequal);
    List<Tensor> arrived = room(pass, lengths, x.length(2));
    exchange(pass, THERE, parts(pass, x), arrived);
    List<Tensor> results = room(pass, lengths, y.length(2));
    List<Experts.Saved> saved = new ArrayList<>();
    for (int sender = 0; sender < arrived.size(); sender++) {
      Tensor result = results.get(sender);
      Experts.Slots slots = slots(pass, firstExpert(rank), partOf(rank, sender));
      saved.add(experts.forward(pass, arrived.get(sender), null, result, slots));
      pass.sumOverModel(SUMMED, result);
    }
    exchange(pass, BACK, results, parts(pass, y));
    return new Saved(List.copyOf(saved));
  }

  /**
   * Adds to the weights' gradients.
   *
   * @param dY [E, M, d], zeros in empty slots
   * @param dX [E, M, d], overwritten
   */
  public void backward(Pass pass, Saved saved, Tensor dY, Tensor dX) {
    if (pass.division().rank().expert().size() == 1) {
      experts.backward(pass, saved.bySender().getFirst(), dY, dX);
      pass.sumOverModel(SUMMED, dX);
      return;
    }
    int[] lengths = saved.bySender().stream().mapToInt(each -> each.x().length(1)).toArray();
    List<Tensor> arrived = room(pass, lengths, dY.length(2));
    exchange(pass, GRADIENTS_THERE, parts(pass, dY), arrived);
    List<Tensor> results = room(pass, lengths, dX.length(2));
    for (int sender = 0; sender < arrived.size(); sender++) {
      Tensor result = results.get(sender);
      experts.backward(pass, saved.bySender().get(sender), arrived.get(sender), result);
      pass.sumOverModel(SUMMED, result);
    }
    exchange(pass, GRADIENTS_BACK, results, parts(pass, dX));
  }

  private Experts.Slots slots(Pass pass, int firstExpert, int part) {
    return pass.division().parts() == 1 && firstExpert == 0
        ? Experts.Slots.ALL
        : new Experts.Slots(firstExpert, part);
  }

  private int firstExpert(Rank rank) {
    return count / rank.expert().size() * rank.expert().rank();
  }

  /** The part of the batch that a rank of the expert axis has. */
  private static int partOf(Rank rank, int sender) {
    Mesh.Coordinates own = rank.place();
    return rank.mesh().shard(rank.mesh().rank(own.withExpert(sender)));
  }

  /** The slots for the experts of each device along the expert axis. */
  private List<Tensor> parts(Pass pass, Tensor slots) {
    int devices = pass.division().rank().expert().size();
    int each = count / devices;
    List<Tensor> parts = new ArrayList<>();
    for (int device = 0; device < devices; device++) {
      parts.add(slots.part(device * each, (device + 1) * each));
    }
    return parts;
  }

  /** Room for slots of the experts here from each device. */
  private List<Tensor> room(Pass pass, int[] lengths, int width) {
    List<Tensor> room = new ArrayList<>();
    for (int length : lengths) {
      room.add(pass.take(count / lengths.length, length, width));
    }
    return room;
  }

  /** Slots of an expert on each device. */
  private static int[] lengths(Rank rank, int own, boolean unequal) {
    int[] lengths = new int[rank.expert().size()];
    Arrays.fill(lengths, own);
    if (unequal) {
      MemorySegment all = MemorySegment.ofArray(lengths);
      List<MemorySegment> take = new ArrayList<>();
      for (int device = 0; device < lengths.length; device++) {
        take.add(all.asSlice((long) device * Integer.BYTES, Integer.BYTES));
      }
      rank.expert().allGather("slot counts", take.get(rank.expert().rank()), take).await();
    }
    return lengths;
  }

  private void exchange(Pass pass, String what, List<Tensor> give, List<Tensor> take) {
    Backend backend = pass.backend();
    Collectives group = pass.division().rank().expert();
    backend.synchronize();
    group.allToAll(what, memory(backend, give), memory(backend, take)).await();
  }

  private static List<MemorySegment> memory(Backend backend, List<Tensor> tensors) {
    return tensors.stream().map(backend::memory).toList();
  }
}
