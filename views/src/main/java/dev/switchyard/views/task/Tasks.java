package dev.switchyard.views.task;

import dev.switchyard.engine.configuration.InputException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javafx.application.Platform;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work off the window's thread, its result applied on it. Work has a key: of several with the same
 * key only the newest is applied, whatever order they end in. Call from the window's thread.
 */
public final class Tasks implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Tasks.class);
  private static final long SECONDS_TO_END = 10;
  private static final int MOST_ENTRIES = 60;

  private final ExecutorService pool;
  private final Notices notices;
  private final Map<Object, Long> newest = new HashMap<>();
  private final ObservableList<TaskEntry> entries = FXCollections.observableArrayList();
  private final ReadOnlyStringWrapper busy = new ReadOnlyStringWrapper("");
  private long count;

  /** Starts with a pool of its own; problems nobody else takes go to the notices. */
  public Tasks(Notices notices) {
    this.notices = notices;
    AtomicInteger number = new AtomicInteger();
    pool =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "switchyard-window-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** What runs and what ran, the newest first; work without a title is not among it. */
  public ObservableList<TaskEntry> entries() {
    return FXCollections.unmodifiableObservableList(entries);
  }

  /** What is being done, for the status bar; empty when nothing is. */
  public ReadOnlyStringProperty busyProperty() {
    return busy.getReadOnlyProperty();
  }

  /** Does work, then applies its result; a problem becomes a notice. */
  public <T> void run(Object key, String title, Callable<T> work, Consumer<? super T> apply) {
    run(key, title, work, apply, problem -> tell(problem, title));
  }

  /** Does work, then applies its result or takes its problem. */
  public <T> void run(
      Object key,
      String title,
      Callable<T> work,
      Consumer<? super T> apply,
      Consumer<? super Throwable> failed) {
    run(key, title, progress -> work.call(), apply, failed);
  }

  /**
   * The same for work that says how far it is, and looks whether it is still wanted. When a person
   * stops it, its problem is a {@link CancellationException}, at once.
   */
  public <T> void run(
      Object key,
      String title,
      Work<T> work,
      Consumer<? super T> apply,
      Consumer<? super Throwable> failed) {
    TaskEntry entry = new TaskEntry(title);
    follow(
        key,
        entry,
        () ->
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return work.call(entry);
                  } catch (Exception e) {
                    throw new CompletionException(e);
                  }
                },
                pool),
        apply,
        failed);
  }

  /** The same for work that something else does and promises. */
  public <T> void follow(
      Object key,
      String title,
      Supplier<CompletableFuture<T>> work,
      Consumer<? super T> apply,
      Consumer<? super Throwable> failed) {
    follow(key, new TaskEntry(title), work, apply, failed);
  }

  private <T> void follow(
      Object key,
      TaskEntry entry,
      Supplier<CompletableFuture<T>> work,
      Consumer<? super T> apply,
      Consumer<? super Throwable> failed) {
    long mine = ++count;
    newest.put(key, mine);
    list(entry);
    entry.setAbandon(
        () -> {
          entry.unwanted();
          end(key, mine, entry, null, new CancellationException(), apply, failed);
        });
    CompletableFuture<T> future;
    try {
      future = work.get();
    } catch (RuntimeException e) {
      future = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<Void> end =
        future.handle(
            (result, problem) -> {
              Platform.runLater(() -> end(key, mine, entry, result, problem, apply, failed));
              return null;
            });
    if (end.isCompletedExceptionally()) {
      log.warn("{} could not be applied", entry.title());
    }
  }

  private void list(TaskEntry entry) {
    if (!entry.title().isEmpty()) {
      entries.addFirst(entry);
      if (entries.size() > MOST_ENTRIES) {
        for (int i = entries.size() - 1; i >= 0; i--) {
          if (entries.get(i).stateProperty().get() != TaskEntry.State.RUNNING) {
            entries.remove(i);
            break;
          }
        }
      }
    }
    showBusy();
  }

  /** Whether work with this key has not ended yet. */
  public boolean isUnderWay(Object key) {
    return newest.containsKey(key);
  }

  /** Results that are still under way for this key are not applied. */
  public void forget(Object key) {
    newest.remove(key);
  }

  private <T> void end(
      Object key,
      long mine,
      TaskEntry entry,
      T result,
      Throwable problem,
      Consumer<? super T> apply,
      Consumer<? super Throwable> failed) {
    boolean stopped = entry.stateProperty().get() == TaskEntry.State.STOPPED;
    entry.end(stateOf(problem));
    showBusy();
    Long last = newest.get(key);
    if (stopped || last == null || last != mine) {
      if (stopped) {
        discard(result);
      }
      return;
    }
    newest.remove(key);
    try {
      if (problem == null) {
        apply.accept(result);
      } else {
        failed.accept(cause(problem));
      }
    } catch (RuntimeException e) {
      tell(e, entry.title());
    }
  }

  private static TaskEntry.State stateOf(Throwable problem) {
    if (problem == null) {
      return TaskEntry.State.DONE;
    }
    return cause(problem) instanceof CancellationException
        ? TaskEntry.State.STOPPED
        : TaskEntry.State.FAILED;
  }

  /** Lets go of what came after its work was stopped: a model's files, a run. */
  private void discard(Object result) {
    if (result instanceof AutoCloseable open) {
      pool.execute(
          () -> {
            try {
              open.close();
            } catch (Exception e) {
              log.warn("What was stopped could not be closed", e);
            }
          });
    }
  }

  private void showBusy() {
    busy.set(
        entries.stream()
            .filter(each -> each.stateProperty().get() == TaskEntry.State.RUNNING)
            .findFirst()
            .map(TaskEntry::title)
            .orElse(""));
  }

  /** Tells a person of a problem: its line where it has one, else that the log knows more. */
  public void tell(Throwable problem) {
    tell(problem, "");
  }

  /**
   * The same of work; that it was stopped is no problem.
   *
   * @param doing what was done; may be empty
   */
  public void tell(Throwable problem, String doing) {
    if (cause(problem) instanceof CancellationException) {
      return;
    }
    if (!(problem instanceof InputException)) {
      log.error("A task of the window failed", problem);
    }
    notices.problem(line(problem), ProblemText.of(problem, doing));
  }

  /** A problem in one line for people. */
  public static String line(Throwable problem) {
    Throwable cause = cause(problem);
    if (cause instanceof InputException) {
      return cause.getMessage();
    } else if (cause instanceof CancellationException) {
      return "It was stopped.";
    }
    String said =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return "Something went wrong: %s. The log has the details.".formatted(said);
  }

  static Throwable cause(Throwable problem) {
    return problem instanceof CompletionException && problem.getCause() != null
        ? cause(problem.getCause())
        : problem;
  }

  @Override
  public void close() {
    newest.clear();
    entries.forEach(TaskEntry::unwanted);
    pool.shutdown();
    try {
      if (!pool.awaitTermination(SECONDS_TO_END, TimeUnit.SECONDS)) {
        log.warn("Some work of the window did not end in {} s", SECONDS_TO_END);
        pool.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
