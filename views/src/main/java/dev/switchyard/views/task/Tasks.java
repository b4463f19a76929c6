package dev.switchyard.views.task;

import dev.switchyard.engine.configuration.InputException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work off the window's thread, its result applied on it. Work has a key: of several with the same
 * key only the newest is applied, whatever order they end in. Call from the window's thread.
 */
public final class Tasks implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Tasks.class);
  private static final long SECONDS_TO_END = 10;

  private final ExecutorService pool;
  private final Notices notices;
  private final Map<Object, Long> newest = new HashMap<>();
  private final Map<Long, String> titles = new HashMap<>();
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

  /** What is being done, for the status bar; empty when nothing is. */
  public ReadOnlyStringProperty busyProperty() {
    return busy.getReadOnlyProperty();
  }

  /** Does work, then applies its result; a problem becomes a notice. */
  public <T> void run(Object key, String title, Callable<T> work, Consumer<? super T> apply) {
    run(key, title, work, apply, this::tell);
  }

  /** Does work, then applies its result or takes its problem. */
  public <T> void run(
      Object key,
      String title,
      Callable<T> work,
      Consumer<? super T> apply,
      Consumer<? super Throwable> failed) {
    follow(
        key,
        title,
        () ->
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return work.call();
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
    long mine = ++count;
    newest.put(key, mine);
    titles.put(mine, title);
    showBusy();
    CompletableFuture<T> future;
    try {
      future = work.get();
    } catch (RuntimeException e) {
      future = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<Void> end =
        future.handle(
            (result, problem) -> {
              Platform.runLater(() -> end(key, mine, result, problem, apply, failed));
              return null;
            });
    if (end.isCompletedExceptionally()) {
      log.warn("{} could not be applied", title);
    }
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
      T result,
      Throwable problem,
      Consumer<? super T> apply,
      Consumer<? super Throwable> failed) {
    titles.remove(mine);
    showBusy();
    Long last = newest.get(key);
    if (last == null || last != mine) {
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
      tell(e);
    }
  }

  private void showBusy() {
    busy.set(titles.values().stream().filter(t -> !t.isEmpty()).findFirst().orElse(""));
  }

  /** Tells a person of a problem: its line where it has one, else that the log knows more. */
  public void tell(Throwable problem) {
    if (!(problem instanceof InputException)) {
      log.error("A task of the window failed", problem);
    }
    notices.problem(line(problem), details(problem));
  }

  /** A problem in one line for people. */
  public static String line(Throwable problem) {
    Throwable cause = cause(problem);
    if (cause instanceof InputException) {
      return cause.getMessage();
    }
    String said =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return "Something went wrong: %s. The log has the details.".formatted(said);
  }

  private static String details(Throwable problem) {
    StringWriter text = new StringWriter();
    problem.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private static Throwable cause(Throwable problem) {
    return problem instanceof CompletionException && problem.getCause() != null
        ? cause(problem.getCause())
        : problem;
  }

  @Override
  public void close() {
    newest.clear();
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
