package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.tensor.RandomKey;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order of work for a device. Commands are gathered and started some dozens at a time: the
 * first time one by one; when the very same ones come again, they are captured as a CUDA graph, and
 * from then on that graph is started in their place, at the cost of one. A training step in the
 * steady state asks for the same work on the same memory again and again; what changes from step to
 * step (the text, the key of its random numbers, the numbers of the update) is written into the
 * device's memory beside it.
 */
final class CudaQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CudaQueue.class);

  /** Few enough that the device starts early, many enough that the start costs little. */
  static final int LONGEST = 64;

  // Below it a graph costs as much to start as its work one by one.
  private static final int SHORTEST_GRAPH = 4;
  private static final int MOST_KNOWN = 1024;

  private final CudaDevice device;
  private final Faults faults;
  private final Staging staging;
  private final long keyAt;
  private final List<Command> gathered = new ArrayList<>();
  private final Map<List<Command>, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Command>, Known> eldest) {
          boolean full = size() > MOST_KNOWN;
          if (full && eldest.getValue().graph != null) {
            faults.run(device::synchronize);
            eldest.getValue().graph.free();
          }
          return full;
        }
      };
  private Runnable beforeOthers = () -> {};
  private long key;
  private boolean keyIsWritten;
  private long started;
  private long replayed;

  /** What was seen before, and its graph once it was seen again. */
  private static final class Known {
    private CudaDevice.Graph graph;
    private boolean refused;
  }

  CudaQueue(CudaDevice device, Faults faults) {
    this.device = device;
    this.faults = faults;
    this.staging = faults.get(() -> new Staging(device));
    this.keyAt = faults.get(() -> device.allocate(Long.BYTES));
  }

  /**
   * What is to be done before any other work is added or waited for: it adds work that was held
   * back, to be one launch.
   */
  void beforeOthers(Runnable hook) {
    beforeOthers = hook;
  }

  /** Adds the work that was held back, if there is some. */
  void addHeldBack() {
    beforeOthers.run();
  }

  /** Adds work. */
  void add(Command command) {
    addHeldBack();
    gathered.add(command);
    if (gathered.size() >= LONGEST) {
      flush();
    }
  }

  /**
   * Where the device finds the part of a random key that all of a step's keys share; it is right
   * for the work that is added next.
   */
  long keyFor(RandomKey of) {
    if (!keyIsWritten || key != of.ofStep()) {
      flush();
      key = of.ofStep();
      faults.run(() -> device.write(keyAt, key));
      keyIsWritten = true;
    }
    return keyAt;
  }

  /** Starts all work that was added. */
  void flush() {
    addHeldBack();
    if (gathered.isEmpty()) {
      return;
    }
    List<Command> work = List.copyOf(gathered);
    gathered.clear();
    faults.run(() -> start(work));
    started += work.size();
  }

  private void start(List<Command> work) {
    if (work.size() < SHORTEST_GRAPH) {
      runAll(work);
      return;
    }
    Known before = known.get(work);
    if (before == null) {
      known.put(work, new Known());
      runAll(work);
      return;
    }
    if (before.graph == null && !before.refused) {
      before.graph = captured(work);
      before.refused = before.graph == null;
    }
    if (before.refused) {
      runAll(work);
      return;
    }
    device.replay(before.graph);
    replayed += work.size();
  }

  /**
   * A graph of the work, or null where the device has none for it: it runs without all the same.
   */
  private CudaDevice.Graph captured(List<Command> work) {
    try {
      return device.capture(() -> runAll(work));
    } catch (CudaFault fault) {
      if (fault.kind() == CudaFault.Kind.LOST) {
        throw fault;
      }
      LOG.warn("Work of {} commands is started one by one from now on", work.size(), fault);
      return null;
    }
  }

  private void runAll(List<Command> work) {
    LaunchFusion.of(work).forEach(command -> command.run(device));
  }

  /** Copies to the device, after the work that was added. */
  void write(long to, MemorySegment from) {
    flush();
    faults.run(() -> staging.write(to, from));
  }

  /** Waits for the work that was added, and copies from the device. */
  void read(long from, MemorySegment to) {
    flush();
    faults.run(() -> staging.read(from, to));
  }

  /** Waits for the work that was added. */
  void synchronize() {
    flush();
    faults.run(device::synchronize);
  }

  /** Commands that were started. */
  long started() {
    return started;
  }

  /** How many of them were parts of graphs. */
  long replayed() {
    return replayed;
  }

  @Override
  public void close() {
    if (!faults.isLost()) {
      synchronize();
      known.values().stream()
          .map(each -> each.graph)
          .filter(Objects::nonNull)
          .forEach(CudaDevice.Graph::free);
      faults.run(() -> device.free(keyAt));
      faults.run(staging::close);
    }
    known.clear();
  }
}
