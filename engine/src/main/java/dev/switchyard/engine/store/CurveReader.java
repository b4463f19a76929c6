package dev.switchyard.engine.store;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Curve;
import dev.switchyard.engine.observe.QualityCurve;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.engine.observe.RunCurves;
import dev.switchyard.engine.observe.RunEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.DoublePredicate;

/**
 * Reads the curves of a run's history, however long it is, in bounded memory; also of a run that
 * another process is writing: {@link #readOn} goes on where it stopped. Holds no file open between
 * calls. All methods wait for the disk; those that take a progress give it the share that is read
 * and stop with a {@link CancellationException} where it answers false.
 */
public final class CurveReader {
  /** Histories up to this size are read whole as fast as in places. */
  private static final long SMALL = 32L << 20;

  /** Places at which a long history is looked at first. */
  private static final int PLACES = 1024;

  /** What is remembered of the end of what was read, to see whether it still stands there. */
  private static final int END = 128;

  private final Path folder;
  private final Path metrics;
  private Gathered gathered = new Gathered();

  /** What the last call gave; null before the first. */
  private RunCurves last;

  private long eventBytesOfLast;
  private long place;
  private byte[] endBefore = new byte[0];
  private List<RunEvent> events = List.of();
  private long eventBytes = -1;
  private String state = "";
  private boolean written;

  /** What the lines up to a place said. */
  private static final class Gathered {
    final CurveTable model = new CurveTable();
    final CurveTable twin = new CurveTable();
    long damaged;

    void take(MetricsBlock block, double from, double to) {
      double[] rows = block.rows();
      for (int row = 0; row < block.count(); row++) {
        double step = rows[row * MetricsBlock.ROW];
        if (step >= from && step <= to) {
          model.add(rows, row * MetricsBlock.ROW);
          twin.add(rows, row * MetricsBlock.ROW + MetricsLine.WIDTH);
        }
      }
      damaged += block.damaged();
    }

    RunCurves curves(List<RunEvent> events, boolean whole) {
      Map<Quantity, Curve> ofModel = model.curves();
      Map<Quantity, Curve> ofTwin = twin.curves();
      HeldOutCurve.add(ofModel, events, "cross_entropy");
      HeldOutCurve.add(ofTwin, events, "twin_cross_entropy");
      return new RunCurves(
          ofModel,
          ofTwin,
          whole ? model.quality() : new QualityCurve(),
          whole ? twin.quality() : new QualityCurve(),
          model.lastStep(),
          damaged,
          whole,
          model.hasEveryStep() && whole);
    }
  }

  private CurveReader(Path folder) {
    this.folder = folder;
    this.metrics = folder.resolve(RunFolder.METRICS);
  }

  /**
   * The reader of a run; nothing is read yet.
   *
   * @throws InputException where the folder is no run
   */
  public static CurveReader of(Path folder) {
    if (!RunFolder.isRun(folder)) {
      throw new InputException(
          Files.exists(folder)
              ? "%s is no run: it has no run.json.".formatted(folder)
              : "There is no run %s.".formatted(folder));
    }
    return new CurveReader(folder);
  }

  /** State of the run, as {@link RunHistory#state}. Costs little where nothing has changed. */
  public synchronized String state() {
    boolean held = RunLock.isHeld(folder);
    if (readEvents() || state.isEmpty() || held != written) {
      written = held;
      state = RunHistory.state(folder, events);
    }
    return state;
  }

  /** Reads the events where there are others than before. */
  private boolean readEvents() {
    long bytes = sizeOfEvents();
    if (bytes == eventBytes) {
      return false;
    }
    events = RunHistory.events(folder);
    eventBytes = bytes;
    return true;
  }

  /**
   * The curves as they look from some places of a long history: there at once, whatever its length,
   * to be followed by {@link #readOn}. Nothing for a history that is read as quickly as a whole.
   */
  public synchronized RunCurves overview() {
    return withFile(
        RunCurves.EMPTY,
        file -> {
          MetricsScan scan = new MetricsScan(file);
          if (scan.size() <= SMALL) {
            return RunCurves.EMPTY;
          }
          Gathered some = new Gathered();
          MetricsBlock block = new MetricsBlock();
          for (int i = 0; i < PLACES; i++) {
            scan.readLine(scan.size() / PLACES * i, block);
            some.take(block, 0, Double.POSITIVE_INFINITY);
          }
          readEvents();
          return some.curves(events, false);
        });
  }

  /**
   * Reads what was written since the last call, at first all. Where the run was taken back to an
   * earlier step in between, begins anew.
   *
   * @return the same object as before where nothing was added
   */
  public synchronized RunCurves readOn(DoublePredicate progress) {
    return withFile(
        RunCurves.EMPTY,
        file -> {
          if (!isAsItWas(file)) {
            gathered = new Gathered();
            place = 0;
            last = null;
          }
          long before = place;
          MetricsScan scan = new MetricsScan(file);
          try {
            scan.read(place, scan.size(), progress, this::goOn);
          } finally {
            remember(file);
          }
          readEvents();
          if (place != before || eventBytes != eventBytesOfLast || last == null) {
            last = gathered.curves(events, true);
            eventBytesOfLast = eventBytes;
          }
          return last;
        });
  }

  private void goOn(MetricsBlock block) {
    gathered.take(block, 0, Double.POSITIVE_INFINITY);
    place = Math.max(place, block.end());
  }

  private boolean isAsItWas(FileChannel file) throws IOException {
    return file.size() >= place && Arrays.equals(endBefore, endOf(file));
  }

  private void remember(FileChannel file) throws IOException {
    endBefore = endOf(file);
  }

  private byte[] endOf(FileChannel file) throws IOException {
    ByteBuffer end = ByteBuffer.allocate((int) Math.min(END, place));
    while (end.hasRemaining() && file.read(end, place - end.capacity() + end.position()) >= 0) {
      // Reads on until the place.
    }
    return end.array();
  }

  private long sizeOfEvents() {
    try {
      return Files.size(folder.resolve(RunFolder.EVENTS));
    } catch (IOException e) {
      return 0; // none yet
    }
  }

  /**
   * A part of the history, in as many rows as else the whole.
   *
   * @param from its first step
   * @param to its last step
   * @return curves without qualities
   */
  public RunCurves between(double from, double to, DoublePredicate progress) {
    return withFile(
        RunCurves.EMPTY,
        file -> {
          MetricsScan scan = new MetricsScan(file);
          long begin = scan.placesAround((long) Math.floor(from)).before();
          long end = scan.placesAround((long) Math.ceil(to) + 1).after();
          Gathered part = new Gathered();
          scan.read(begin, end, progress, block -> part.take(block, from, to));
          return part.curves(RunHistory.events(folder), true);
        });
  }

  private interface Reading {
    RunCurves of(FileChannel file) throws IOException;
  }

  private RunCurves withFile(RunCurves without, Reading reading) {
    try (FileChannel file = FileChannel.open(metrics, StandardOpenOption.READ)) {
      return reading.of(file);
    } catch (NoSuchFileException e) {
      return without; // no step was made yet
    } catch (IOException e) {
      throw FileProblem.reading(metrics, e);
    }
  }
}
