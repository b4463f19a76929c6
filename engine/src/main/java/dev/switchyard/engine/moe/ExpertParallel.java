package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.parallel.Rank;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The experts of a Switch layer, wherever they are (Switch Transformers, section 5.4). Along the
 * expert axis each device holds as many experts as the others: its tokens' slots go to the experts'
 * devices by an all-to-all, and what the experts make of them comes back by another; twice as many
 * for the gradients. The slots of different senders are computed one sender after the other, those
 * of the device itself first: so the others' slots travel while experts compute, see {@link
 * SlotExchange}. Where all experts are here, nothing is sent.
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
      Experts.Slots slots = slots(pass, rank.shard());
      Experts.Saved saved = experts.forward(pass, x, slotsUsed, y, slots);
      pass.sumOverModel(SUMMED, y);
      return new Saved(List.of(saved));
    }
    SlotExchange there = new SlotExchange(pass, count, lengths(pass, x.length(1), unequal));
    List<Tensor> used = there.used(slotsUsed, x.length(1));
    List<Tensor> arrived = there.start(THERE, x);
    SlotExchange back = there.opposite();
    List<Tensor> results = back.room(arrived, y);
    Experts.Saved[] saved = new Experts.Saved[arrived.size()];
    for (List<Integer> senders : there.flights()) {
      there.await(senders);
      for (int sender : senders) {
        Tensor result = results.get(sender);
        Experts.Slots slots = slots(pass, shardOf(rank, sender));
        saved[sender] = experts.forward(pass, arrived.get(sender), used.get(sender), result, slots);
        pass.sumOverModel(SUMMED, result);
      }
      back.give(BACK, senders, results, y);
    }
    back.awaitAll();
    return new Saved(List.of(saved));
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
    SlotExchange there = new SlotExchange(pass, count, lengths);
    List<Tensor> arrived = there.start(GRADIENTS_THERE, dY);
    SlotExchange back = there.opposite();
    List<Tensor> results = back.room(arrived, dX);
    for (List<Integer> senders : there.flights()) {
      there.await(senders);
      for (int sender : senders) {
        Tensor result = results.get(sender);
        experts.backward(pass, saved.bySender().get(sender), arrived.get(sender), result);
        pass.sumOverModel(SUMMED, result);
      }
      back.give(GRADIENTS_BACK, senders, results, dX);
    }
    back.awaitAll();
  }

  /** The slots that the experts here have for the rows of a shard. */
  private Experts.Slots slots(Pass pass, int shard) {
    Rank rank = pass.division().rank();
    int first = count / rank.expert().size() * rank.expert().rank();
    return new Experts.Slots(first, pass.division().shareOf(shard));
  }

  /** The shard whose rows a rank of the expert axis has. */
  private static int shardOf(Rank rank, int sender) {
    Mesh.Coordinates own = rank.place();
    return rank.mesh().shard(rank.mesh().rank(own.withExpert(sender)));
  }

  /** Slots of an expert on each device. */
  private static int[] lengths(Pass pass, int own, boolean unequal) {
    int[] lengths = new int[pass.division().rank().expert().size()];
    Arrays.fill(lengths, own);
    return unequal ? SlotExchange.gather(pass, own) : lengths;
  }
}
