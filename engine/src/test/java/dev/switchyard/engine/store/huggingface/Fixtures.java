package dev.switchyard.engine.store.huggingface;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The small checkpoints beside these tests. */
public final class Fixtures {
  private Fixtures() {}

  /** The folder of one of them. */
  public static Path folder(String name) {
    try {
      return Path.of(Fixtures.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
