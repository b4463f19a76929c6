package dev.switchyard.app.desktop;

import dev.switchyard.app.workbench.Home;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Icons;
import java.util.concurrent.CompletableFuture;
import org.kordamp.ikonli.feather.Feather;
import org.slf4j.LoggerFactory;

/**
 * What the first window needs, made ready on a thread of its own while the toolkit starts: log, the
 * module that the engine computes with, settings, typefaces, icons. Who needs one of them before it
 * is ready makes it, or waits for it.
 */
final class StartAhead {
  private final CompletableFuture<SettingsFile> settings = new CompletableFuture<>();

  private StartAhead() {}

  /** Begins. */
  static StartAhead of(Home home) {
    StartAhead ahead = new StartAhead();
    Thread.ofPlatform().name("start ahead").daemon().start(() -> ahead.makeReady(home));
    return ahead;
  }

  private void makeReady(Home home) {
    try {
      LoggerFactory.getLogger(StartAhead.class);
      VectorModule.load(); // a screen that comes back may use the engine before the window stands
      settings.complete(new SettingsFile(home.settings()));
      Fonts.sans(13);
      Icons.of(Feather.ACTIVITY);
    } catch (RuntimeException | LinkageError e) {
      // Without a toolkit there are no typefaces; whoever opens the window learns why.
      settings.completeExceptionally(e);
    }
  }

  /** The settings; waits until they are read. */
  SettingsFile settings() {
    return settings.join();
  }
}
