package dev.switchyard.engine.parallel;

import dev.switchyard.engine.tensor.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices of a mesh as threads of this process, one each, always the same. All of them do the
 * same work at a time; whoever fails or keeps the others waiting beyond the time limit fails all,
 * and nothing can be done with them any more. For one caller at a time.
 */
public final class RankThreads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RankThreads.class);

  /** How long a rank that others' failure should have ended may take to hear of it. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private static final double NANO = 1e9;

  private final Mesh mesh;
  private final Duration limit;
  private final InProcess world;
  private final List<ExecutorService> threads = new ArrayList<>();
  private final Rank[] ranks;
  private final boolean[] stuck;

  /** What a rank's work came to; nothing where it failed. */
  private record Outcome<T>(int rank, T result) {}

  /**
   * Threads for the ranks of a mesh.
   *
   * @param name of what they work for, which their names say
   * @param config with their mesh, and how long a rank may keep others waiting
   * @param transport for the memory in which the ranks' buffers lie
   */
  public RankThreads(String name, ParallelConfig config, Transport transport) {
    this.mesh = config.toMesh();
    this.limit = Duration.ofNanos((long) (config.deviceTimeout() * NANO));
    this.world = new InProcess(mesh.size(), limit, transport);
    this.ranks = new Rank[mesh.size()];
    this.stuck = new boolean[mesh.size()];
    for (int rank = 0; rank < mesh.size(); rank++) {
      ranks[rank] = new Rank(mesh, world.connect(rank), config.exchangeFlights());
      threads.add(
          Executors.newSingleThreadExecutor(
              Thread.ofPlatform().name("rank %d of %s".formatted(rank, name)).daemon().factory()));
    }
  }

  /** Of the ranks. */
  public Mesh mesh() {
    return mesh;
  }

  /**
   * Work on every rank's thread.
   *
   * @return the results in the order of the ranks
   * @throws RankFailure that names the rank that failed first; its cause is what that rank threw
   */
  public <T> List<T> onAll(Function<Rank, T> work) {
    if (world.failure() != null) {
      throw world.failure();
    }
    BlockingQueue<Outcome<T>> outcomes = new LinkedBlockingQueue<>();
    for (int rank = 0; rank < ranks.length; rank++) {
      begin(rank, work, outcomes);
    }
    List<T> results = new ArrayList<>(Collections.nCopies(ranks.length, null));
    boolean[] done = new boolean[ranks.length];
    for (int i = 0; i < ranks.length; i++) {
      Outcome<T> outcome = next(outcomes, i == 0, done);
      if (outcome == null) {
        break;
      }
      done[outcome.rank()] = true;
      results.set(outcome.rank(), outcome.result());
    }
    if (world.failure() != null) {
      throw world.failure();
    }
    return results;
  }

  private <T> void begin(int rank, Function<Rank, T> work, BlockingQueue<Outcome<T>> outcomes) {
    threads
        .get(rank)
        .execute(
            () -> {
              Outcome<T> outcome = new Outcome<>(rank, null);
              try {
                outcome = new Outcome<>(rank, work.apply(ranks[rank]));
              } catch (RankFailure _) {
                // All have heard of it already.
              } catch (Throwable e) {
                world.fail(new RankFailure(rank, failed(rank, e), e));
              } finally {
                outcomes.add(outcome);
              }
            });
  }

  private String failed(int rank, Throwable e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return "(%s) failed: %s".formatted(mesh.at(rank), message);
  }

  /**
   * The next rank to end, or null where none does in time. While none has ended it may take any
   * time; then the others have the time limit, and after a failure the grace.
   */
  private <T> Outcome<T> next(BlockingQueue<Outcome<T>> outcomes, boolean first, boolean[] done) {
    Outcome<T> outcome = null;
    boolean interrupted = false;
    try {
      while (first && outcome == null && world.failure() == null) {
        outcome = outcomes.poll(Patience.SLICE_NANOS, TimeUnit.NANOSECONDS);
      }
      if (outcome == null && world.failure() == null) {
        outcome = poll(outcomes, limit);
        if (outcome == null) {
          int late = firstOpen(done);
          String why =
              "(%s) did not end its work for %.1f s"
                  .formatted(mesh.at(late), limit.toNanos() / NANO);
          world.announce(new RankFailure(late, why, null));
        }
      }
    } catch (InterruptedException e) {
      interrupted = true;
      world.announce(new RankFailure(firstOpen(done), "was interrupted", e));
    }
    if (outcome == null) {
      outcome = afterFailure(outcomes, done);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return outcome;
  }

  /** The next rank to end in the grace; who does not is stuck. */
  private <T> Outcome<T> afterFailure(BlockingQueue<Outcome<T>> outcomes, boolean[] done) {
    // An interrupt has to wait: the ranks' end is near, and memory is given back only after it.
    boolean interrupted = Thread.interrupted();
    Outcome<T> outcome = null;
    try {
      outcome = poll(outcomes, GRACE);
    } catch (InterruptedException _) {
      interrupted = true;
    }
    for (int rank = 0; rank < done.length && outcome == null; rank++) {
      stuck[rank] |= !done[rank];
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return outcome;
  }

  private static <T> Outcome<T> poll(BlockingQueue<Outcome<T>> outcomes, Duration limit)
      throws InterruptedException {
    Patience patience = new Patience(limit.toNanos());
    Outcome<T> outcome = null;
    while (outcome == null && !patience.isOver()) {
      outcome = patience.slice(nanos -> outcomes.poll(nanos, TimeUnit.NANOSECONDS));
    }
    return outcome;
  }

  private static int firstOpen(boolean[] done) {
    int rank = 0;
    while (rank < done.length - 1 && done[rank]) {
      rank++;
    }
    return rank;
  }

  /**
   * Work that is done on every thread that still answers, whatever happened before: to give back
   * what the ranks hold. What it throws goes into the log; it must not use collectives.
   */
  public void onEach(Consumer<Rank> work) {
    BlockingQueue<Outcome<Boolean>> outcomes = new LinkedBlockingQueue<>();
    int asked = 0;
    for (int rank = 0; rank < ranks.length; rank++) {
      if (stuck[rank]) {
        continue;
      }
      int number = rank;
      asked++;
      threads
          .get(rank)
          .execute(
              () -> {
                try {
                  work.accept(ranks[number]);
                } catch (RuntimeException | Error e) {
                  LOG.warn("{} could not give back what it held", ranks[number], e);
                } finally {
                  outcomes.add(new Outcome<>(number, true));
                }
              });
    }
    try {
      for (int i = 0; i < asked; i++) {
        if (poll(outcomes, limit) == null) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ends the threads. One that does not answer any more is left behind: it ends with the program.
   */
  @Override
  public void close() {
    for (int rank = 0; rank < ranks.length; rank++) {
      if (stuck[rank]) {
        threads.get(rank).shutdownNow();
      } else {
        threads.get(rank).close();
      }
    }
  }
}
