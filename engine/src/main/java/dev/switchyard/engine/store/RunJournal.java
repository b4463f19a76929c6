package dev.switchyard.engine.store;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;

/**
 * Writes a run's metrics and events on a thread of its own, so that a step waits for the disk only
 * when the disk is a whole queue behind. What can't be written makes the next call fail.
 */
public final class RunJournal implements AutoCloseable {
  private static final int QUEUE = 1024;

  private sealed interface Entry {
    record Metrics(StepReport report) implements Entry {}

    record History(RunEvent event) implements Entry {}

    record Probes(ProbeReport report) implements Entry {}

    record Flush(CountDownLatch done) implements Entry {}

    record End() implements Entry {}
  }

  private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(QUEUE);
  private final LineFile metrics;
  private final LineFile events;
  private final LineFile probes;
  private final Thread writer;
  private volatile InputException problem;

  private RunJournal(List<LineFile> files, String name) {
    this.metrics = files.get(0);
    this.events = files.get(1);
    this.probes = files.get(2);
    this.writer = Thread.ofPlatform().name("journal of " + name).daemon().unstarted(this::work);
  }

  /**
   * Opens a run's journal for lines that follow a step; lines of later steps, and a last line that
   * a kill has cut, are removed.
   *
   * @param folder of the run; the caller holds it
   * @param step the last that stays
   */
  public static RunJournal after(Path folder, long step) {
    List<LineFile> files = new ArrayList<>();
    try {
      for (String each : List.of(RunFolder.METRICS, RunFolder.EVENTS, RunFolder.PROBES)) {
        files.add(LineFile.openAfter(folder.resolve(each), step));
      }
      RunJournal journal = new RunJournal(files, folder.getFileName().toString());
      journal.writer.start();
      return journal;
    } catch (RuntimeException e) {
      files.forEach(LineFile::close);
      throw e;
    }
  }

  /**
   * Adds a step's line.
   *
   * @throws InputException where an earlier line could not be written
   */
  public void add(StepReport report) {
    put(new Entry.Metrics(report));
  }

  /** Adds an event's line. */
  public void add(RunEvent event) {
    put(new Entry.History(event));
  }

  /** Adds the line of a look at the probes. */
  public void add(ProbeReport report) {
    put(new Entry.Probes(report));
  }

  /**
   * Waits until every line given so far is on the disk.
   *
   * @throws InputException where one could not be written
   */
  public void flush() {
    CountDownLatch done = new CountDownLatch(1);
    put(new Entry.Flush(done));
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    failIfBroken();
  }

  private void put(Entry entry) {
    failIfBroken();
    try {
      queue.put(entry);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void failIfBroken() {
    if (problem != null) {
      throw new InputException(problem.getMessage(), problem);
    }
  }

  private void work() {
    List<Entry> taken = new ArrayList<>(QUEUE);
    try {
      while (true) {
        taken.clear();
        taken.add(queue.take());
        queue.drainTo(taken);
        boolean end = false;
        for (Entry entry : taken) {
          end |= entry instanceof Entry.End;
          write(entry);
        }
        attempt(metrics::push);
        attempt(events::push);
        attempt(probes::push);
        if (end) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Entry entry) {
    switch (entry) {
      case Entry.Metrics line -> attempt(() -> metrics.add(ReportJson.of(line.report())));
      case Entry.History line -> attempt(() -> events.add(ReportJson.of(line.event())));
      case Entry.Probes line -> attempt(() -> probes.add(ProbeJson.of(line.report())));
      case Entry.Flush flush -> {
        sync();
        flush.done().countDown();
      }
      case Entry.End end -> sync();
    }
  }

  private void sync() {
    attempt(metrics::sync);
    attempt(events::sync);
    attempt(probes::sync);
  }

  private void attempt(Runnable write) {
    try {
      write.run();
    } catch (RuntimeException | Error e) {
      // An error too: whoever waits for a flush must hear of it instead of waiting for ever.
      if (problem == null) {
        problem = e instanceof InputException known ? known : new InputException(e.toString(), e);
      }
    }
  }

  /** Writes what is left and closes the files. Quiet where the disk failed: that was said. */
  @Override
  public void close() {
    boolean interrupted = false;
    while (writer.isAlive()) {
      try {
        queue.put(new Entry.End());
        writer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    metrics.close();
    events.close();
    probes.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
