package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.Microscope.Request;
import dev.switchyard.engine.train.Workbench;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A model that is opened before anybody asks for it, on a thread that gives way to others, and
 * routes its first example text: what it takes to load the engine is over when somebody asks. Used
 * on the window's thread.
 */
public final class OpenedAhead implements AutoCloseable {
  private final Workbench workbench;
  private String name = "";
  private CompletableFuture<Microscope> opening;
  private boolean closed;

  /** Nothing is opened yet. */
  public OpenedAhead(Workbench workbench) {
    this.workbench = workbench;
  }

  /** Begins to open a model, unless another was opened so before. */
  public void open(String model) {
    if (!name.isEmpty() || closed) {
      return;
    }
    name = model;
    CompletableFuture<Microscope> made = new CompletableFuture<>();
    opening = made;
    Thread.ofPlatform()
        .name("opens " + model + " ahead")
        .daemon()
        .priority(Thread.MIN_PRIORITY)
        .start(() -> open(model, made));
  }

  private void open(String model, CompletableFuture<Microscope> made) {
    try {
      Microscope microscope = workbench.open(model);
      if (!made.complete(microscope)) {
        microscope.close(); // given up meanwhile
        return;
      }
      List<String> examples = microscope.subject().exampleTexts();
      if (!examples.isEmpty()) {
        CompletableFuture<?> routed = microscope.routeAll(Request.of(examples.getFirst()));
        routed.exceptionally(problem -> null).join(); // whoever asks again is told
      }
    } catch (RuntimeException | Error e) {
      made.completeExceptionally(e);
    }
  }

  /** Hands the model of a name over, once; another than the one asked for is let go. */
  Optional<CompletableFuture<Microscope>> take(String model) {
    CompletableFuture<Microscope> taken = opening;
    if (taken == null || !name.equals(model)) {
      close();
      return Optional.empty();
    }
    opening = null;
    closed = true;
    return Optional.of(taken);
  }

  /** Lets the model go if nobody took it; none is opened any more. */
  @Override
  public void close() {
    closed = true;
    if (opening != null && !opening.cancel(false) && !opening.isCompletedExceptionally()) {
      opening.join().close();
    }
    opening = null;
  }
}
