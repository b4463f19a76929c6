package dev.switchyard.views.fake;

import dev.switchyard.views.task.FilePrompt;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javafx.stage.Window;

/** Somebody who saves everything into one folder, and opens one folder. */
public final class FakePrompt implements FilePrompt {
  /** The files that were asked for, the newest last. */
  public final List<Path> saved = new CopyOnWriteArrayList<>();

  /** Where files go. */
  public Path into;

  /** The folder to open. */
  public Path opened;

  public FakePrompt(Path into) {
    this.into = into;
  }

  @Override
  public Optional<Path> save(Window owner, String title, String name, String extension) {
    saved.add(into.resolve(name));
    return Optional.of(saved.getLast());
  }

  @Override
  public Optional<Path> folder(Window owner, String title) {
    return Optional.ofNullable(opened);
  }
}
