package dev.switchyard.engine.layer;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;

/**
 * One run of a model over one batch: what every layer needs to know of it.
 *
 * @param backend that computes
 * @param arena from which activations are taken; they live until it is reset
 * @param training whether dropout, jitter and the router's losses act
 * @param keeping whether activations are kept for a backward pass
 * @param seed of dropout and jitter
 * @param step of the run, for dropout and jitter
 * @param observer hears of activations as they are made
 * @param precision of the computation; backend and arena are of its type
 * @param division how the pass is a part of a larger one
 */
public record Pass(
    Backend backend,
    Arena arena,
    boolean training,
    boolean keeping,
    long seed,
    long step,
    ActivationObserver observer,
    Precision precision,
    Division division) {

  /** A pass of training, which keeps its activations, or one of evaluation, which does not. */
  public Pass(
      Backend backend,
      Arena arena,
      boolean training,
      long seed,
      long step,
      ActivationObserver observer,
      Precision precision,
      Division division) {
    this(backend, arena, training, training, seed, step, observer, precision, division);
  }

  /** The same over a whole batch. */
  public Pass(
      Backend backend,
      Arena arena,
      boolean training,
      long seed,
      long step,
      ActivationObserver observer,
      Precision precision) {
    this(backend, arena, training, seed, step, observer, precision, Division.none());
  }

  /** The same in the full precision of the backend, over a whole batch. */
  public Pass(
      Backend backend,
      Arena arena,
      boolean training,
      long seed,
      long step,
      ActivationObserver observer) {
    this(backend, arena, training, seed, step, observer, Precision.FLOAT32);
  }

  /** The same pass without dropout, jitter and the router's losses, for its gradients alone. */
  public Pass keepingForBackward() {
    return new Pass(backend, arena, false, true, seed, step, observer, precision, division);
  }

  /**
   * A tensor for activations or their gradients, in the precision of the pass. It lives as long as
   * the pass; its contents are undefined.
   */
  public Tensor take(int... shape) {
    return arena.take(shape);
  }

  /**
   * The same in float32 (float64 in gradient checks) whatever the precision: for sums, losses,
   * statistics, and what becomes a weight's gradient.
   */
  public Tensor takeExact(int... shape) {
    return precision.isReduced() ? arena.take(ElementType.FLOAT32, shape) : arena.take(shape);
  }

  /** The same for what a router computes: exact but where the precision is bfloat16 throughout. */
  public Tensor takeForRouter(int... shape) {
    return precision == Precision.SELECTIVE ? takeExact(shape) : take(shape);
  }

  /** An INT32 tensor that lives as long as the pass; its contents are undefined. */
  public Tensor takeInts(int... shape) {
    return arena.take(ElementType.INT32, shape);
  }

  /** An INT32 tensor with these elements. */
  public Tensor ints(int[] elements, int... shape) {
    Tensor tensor = takeInts(shape);
    backend.write(tensor, elements);
    return tensor;
  }

  /**
   * The random numbers of one use in the model at this step.
   *
   * @param of the tensor that they are for, whose first axis is rows or tokens of this part
   */
  public RandomKey key(int site, Tensor of) {
    return key(site, division.share().before(of.size()));
  }

  /** The same from an element of the whole batch's tensor on. */
  public RandomKey key(int site, long origin) {
    return new RandomKey(seed, step, site, origin);
  }

  /** Dropout in place, in training only. On a gradient, with the same site, its backward. */
  public void dropout(Tensor x, double rate, int site) {
    if (isDropping(rate)) {
      backend.dropout(x, rate, key(site, x), x);
    }
  }

  /** The same for a tensor whose last axis is divided over the model axis. */
  public void dropoutOfColumns(Tensor x, double rate, int site) {
    if (isDropping(rate)) {
      dropoutOfColumns(x, rate, site, division.share().before(x.size() * models()));
    }
  }

  /**
   * The same for what experts hold of one part's tokens.
   *
   * @param slots [E, M, width], the last axis divided over the model axis
   * @param firstExpert of those in {@code slots}
   * @param share of the batch whose tokens they are
   */
  public void dropoutOfSlots(Tensor slots, double rate, int site, int firstExpert, Share share) {
    if (!isDropping(rate)) {
      return;
    }
    long each = slots.size() / slots.length(0) * models();
    for (int e = 0; e < slots.length(0); e++) {
      // On one device an expert has the slots of all parts, one behind the other.
      long origin = (firstExpert + e) * share.inAll(each) + share.before(each);
      dropoutOfColumns(slots.part(e, e + 1), rate, site, origin);
    }
  }

  private void dropoutOfColumns(Tensor x, double rate, int site, long origin) {
    int models = models();
    if (models == 1) {
      backend.dropout(x, rate, key(site, origin), x);
      return;
    }
    int columns = x.length(-1);
    Tensor rows = x.as(x.rows(), columns);
    long first = origin + (long) division.rank().place().model() * columns;
    for (int row = 0; row < rows.length(0); row++) {
      Tensor one = rows.part(row, row + 1);
      backend.dropout(one, rate, key(site, first + (long) row * columns * models), one);
    }
  }

  /** Devices along the model axis. */
  private int models() {
    return division.rank().mesh().model();
  }

  /** The sum over the model axis, where each device has computed a part of each element's terms. */
  public void sumOverModel(String what, Tensor tensor) {
    if (models() > 1) {
      backend.synchronize();
      division.rank().model().allReduce(what, tensor.type(), backend.memory(tensor)).await();
    }
  }

  /** Whether dropout at this rate does anything in this pass. */
  public boolean isDropping(double rate) {
    return training && rate > 0;
  }

  /** A point to which {@link #forget} returns. */
  public Arena.Mark mark() {
    return arena.mark();
  }

  /** Gives back what was taken since the mark, unless a backward pass will need it. */
  public void forgetUnlessTraining(Arena.Mark mark) {
    if (!keeping) {
      arena.release(mark);
    }
  }

  /** Gives back what was taken since the mark. */
  public void forget(Arena.Mark mark) {
    arena.release(mark);
  }
}
