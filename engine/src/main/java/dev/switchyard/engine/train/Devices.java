package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.parallel.ParallelConfig;
import dev.switchyard.engine.parallel.Rank;
import dev.switchyard.engine.parallel.RankFailure;
import dev.switchyard.engine.parallel.RankThreads;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Transport;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/** The devices of a run: a thread and a backend for each rank of its mesh. */
final class Devices implements AutoCloseable {
  private final Transport transport;
  private final RankThreads threads;
  private final Backend[] backends;

  /**
   * Opens a backend on every rank.
   *
   * @param run for the threads' names
   * @param transport for the memory of these backends, closed after them
   * @param open a rank's backend, on its thread, with so many threads to keep busy
   */
  Devices(
      String run,
      ParallelConfig config,
      Transport transport,
      BiFunction<Rank, Integer, Backend> open) {
    Mesh mesh = config.toMesh();
    this.transport = transport;
    this.threads = new RankThreads(run, config, transport);
    this.backends = new Backend[mesh.size()];
    int cores = Math.max(1, Runtime.getRuntime().availableProcessors() / mesh.size());
    try {
      onAll(
          rank -> {
            backends[rank.number()] = open.apply(rank, cores);
            return null;
          });
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Virtual devices that share the machine's cores. */
  static Devices of(String run, RunConfig config) {
    String backend = config.training().backend();
    int ranks = config.parallel().toMesh().size();
    return new Devices(
        run,
        config.parallel(),
        Backends.transport(backend, ElementType.FLOAT32, ranks),
        (rank, cores) ->
            Backends.openForExchange(backend, ElementType.FLOAT32, ranks, rank.number(), cores));
  }

  Mesh mesh() {
    return threads.mesh();
  }

  /** A rank's backend; for its thread. */
  Backend backend(Rank rank) {
    return backends[rank.number()];
  }

  /** For people. */
  String description() {
    return "%d devices (mesh %s), each %s"
        .formatted(mesh().size(), mesh(), backends[0].description());
  }

  /**
   * Work on all ranks.
   *
   * @throws InputException that names the rank that failed first and why
   */
  <T> List<T> onAll(Function<Rank, T> work) {
    try {
      return threads.onAll(work);
    } catch (RankFailure e) {
      if (e.getCause() instanceof InputException problem) {
        throw new InputException(
            "Rank %d (%s): %s".formatted(e.rank(), mesh().at(e.rank()), problem.getMessage()), e);
      }
      throw new InputException(
          "%s. All devices have stopped; the last checkpoint stands.".formatted(e.getMessage()), e);
    }
  }

  /** Work on every rank that still answers. */
  void onEach(Consumer<Rank> work) {
    threads.onEach(work);
  }

  /** Closes the backends, each on its thread, and ends the threads. */
  @Override
  public void close() {
    threads.onEach(
        rank -> {
          Backend backend = backends[rank.number()];
          backends[rank.number()] = null;
          if (backend != null) {
            backend.close();
          }
        });
    threads.close();
    transport.close();
    Arrays.fill(backends, null);
  }
}
