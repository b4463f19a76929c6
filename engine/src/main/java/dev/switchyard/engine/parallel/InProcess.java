package dev.switchyard.engine.parallel;

import dev.switchyard.engine.tensor.Transport;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * Ranks that are threads of this process and exchange through memory that all of them reach. There
 * is no thread besides theirs: a rank carries its share of an operation while it waits for one, or
 * when it starts the next, as soon as all ranks have brought their buffers. So the work is divided
 * evenly, and the sums do not depend on who does it.
 *
 * <p>Whoever fails, fails all: a rank that waits, or comes later, gets the {@link RankFailure} that
 * names the first. A rank for which others wait longer than the time limit counts as failed. No
 * rank returns while another still reads its buffers, so that it may free them.
 */
public final class InProcess {
  /** Waits as long as it takes. */
  public static final Duration NO_LIMIT = Duration.ofDays(36500);

  private final int size;
  private final long limitNanos;
  private final Transport transport;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<List<Integer>, Operations> groups = new HashMap<>();
  // For each rank, the operation for which it waits now, or null.
  private final Operation[] waitingFor;
  // Parts that some thread is carrying now.
  private int carrying;
  private volatile RankFailure failure;

  /** A world of ranks whose buffers lie in the host's memory. */
  public InProcess(int size, Duration limit) {
    this(size, limit, Transport.HOST);
  }

  /**
   * A world of ranks.
   *
   * @param limit how long a rank may keep others waiting
   * @param transport for the memory in which the ranks' buffers lie
   */
  public InProcess(int size, Duration limit, Transport transport) {
    if (size < 1) {
      throw new IllegalArgumentException("A world needs at least 1 rank, not " + size);
    }
    this.size = size;
    this.limitNanos = limit.toNanos();
    this.transport = transport;
    this.waitingFor = new Operation[size];
  }

  /** The collectives of one rank with all others; for the rank's thread, and asked for once. */
  public Collectives connect(int rank) {
    if (rank < 0 || rank >= size) {
      throw new IndexOutOfBoundsException("Rank " + rank + " of " + size);
    }
    List<Integer> all = IntStream.range(0, size).boxed().toList();
    return InProcessCollectives.ofAll(this, all, rank);
  }

  /**
   * Makes all ranks fail that wait or will wait; the first failure stays. When it returns nobody
   * reads or writes any rank's buffers any more.
   */
  public void fail(RankFailure first) {
    lock.lock();
    try {
      announce(first);
      awaitCarriers();
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #fail}, but at once: others' buffers may still be read and written. */
  void announce(RankFailure first) {
    lock.lock();
    try {
      if (failure == null) {
        failure = first;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What made the ranks fail, or null. */
  public RankFailure failure() {
    return failure;
  }

  /** With an operation, from now on. */
  Patience patience() {
    return new Patience(limitNanos);
  }

  /** The operations of a group, the same for all its ranks. */
  Operations operations(List<Integer> ranks) {
    lock.lock();
    try {
      return groups.computeIfAbsent(ranks, Operations::new);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Brings a rank's buffers to its group's operation of this number.
   *
   * @param place of the rank in the group
   */
  Operation bring(Operations group, long number, int place, Contribution contribution) {
    lock.lock();
    try {
      throwIfFailed();
      Operation operation = group.at(number);
      operation.bring(place, contribution);
      if (operation.isComplete()) {
        group.forget(number);
        failure = operation.misfit();
        changed.signalAll();
      }
      throwIfFailed();
      return operation;
    } finally {
      lock.unlock();
    }
  }

  /** Carries one part of an operation, if there is one to be carried now. */
  boolean carryPart(Operation operation) {
    int part;
    lock.lock();
    try {
      part = failure == null ? operation.claim() : -1;
      carrying += part < 0 ? 0 : 1;
    } finally {
      lock.unlock();
    }
    if (part < 0) {
      return false;
    }
    Throwable problem = null;
    try {
      operation.carry(part, transport);
    } catch (Throwable e) {
      // Also errors, such as that of mapped memory whose file is gone: all ranks must hear of it.
      problem = e;
    } finally {
      putDown(operation, part, problem);
    }
    return true;
  }

  private void putDown(Operation operation, int part, Throwable problem) {
    lock.lock();
    try {
      carrying--;
      if (problem == null) {
        operation.carried();
      } else {
        announce(new RankFailure(operation.rank(part), "could not take part: " + problem, problem));
      }
    } finally {
      if (operation.isOver() || failure != null) {
        changed.signalAll();
      }
      lock.unlock();
    }
  }

  /**
   * Sleeps until the operation is over or a part of it can be carried.
   *
   * @param rank that waits
   * @param patience of the rank with this operation
   * @return whether it is over
   */
  boolean sleep(Operation operation, int rank, Patience patience) {
    lock.lock();
    try {
      waitingFor[rank] = operation;
      boolean interrupted = false;
      while (!operation.isOver() && failure == null && !operation.hasPart()) {
        if (patience.isOver()) {
          failure = stalled(operation, rank);
          changed.signalAll();
          break;
        }
        try {
          patience.slice(changed::awaitNanos);
        } catch (InterruptedException _) {
          // Whoever interrupts wants the rank to end; the others must hear of it.
          interrupted = true;
          failure = failure == null ? new RankFailure(rank, "was interrupted", null) : failure;
          changed.signalAll();
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (!operation.isOver()) {
        throwIfFailed();
      }
      return operation.isOver();
    } finally {
      waitingFor[rank] = null;
      lock.unlock();
    }
  }

  /** Follows those who wait for somebody who waits, down to the rank that waits for nobody. */
  private RankFailure stalled(Operation operation, int rank) {
    Operation at = operation;
    int suspect = operation.missing();
    for (int hops = 0; suspect >= 0 && isWaiting(suspect); hops++) {
      if (hops == size) {
        return new RankFailure(
            rank, "waits for the %s, and the others wait for it".formatted(at.name()), null);
      }
      at = waitingFor[suspect];
      suspect = at.missing();
    }
    double seconds = limitNanos * 1e-9;
    return suspect < 0
        ? new RankFailure(
            rank, "found the %s not done after %.1f s".formatted(at.name(), seconds), null)
        : new RankFailure(
            suspect, "did not come to the %s for %.1f s".formatted(at.name(), seconds), null);
  }

  private boolean isWaiting(int rank) {
    return waitingFor[rank] != null && waitingFor[rank].missing() >= 0;
  }

  /**
   * Without a limit: who returned earlier would free memory that a carrier still reads. {@link
   * RankThreads} does not wait for a thread that stays here.
   */
  private void awaitCarriers() {
    while (carrying > 0) {
      changed.awaitUninterruptibly();
    }
  }

  private void throwIfFailed() {
    RankFailure first = failure;
    if (first != null) {
      awaitCarriers();
      // A new one each time: the trace is that of the rank that hears of it.
      RankFailure heard = new RankFailure(first.rank(), first.why(), first.getCause());
      heard.addSuppressed(first);
      throw heard;
    }
  }
}
