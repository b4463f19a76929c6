package dev.switchyard.app;

import dev.switchyard.app.workbench.Home;
import dev.switchyard.app.workbench.LocalWorkbench;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.views.shell.MainWindow;
import dev.switchyard.views.shell.SavedSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.TextInputControl;
import javafx.stage.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testfx.framework.junit5.ApplicationTest;
import org.testfx.util.WaitForAsyncUtils;

/**
 * How long the explorer takes on the sample model with a text of 512 tokens, without a display. Not
 * among the tests that every build runs, since it says times and proves nothing: {@code mvn -q test
 * -pl app -am -Dtest=ExplorerTimes -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class ExplorerTimes extends ApplicationTest {
  private static final int TOKENS = 512;
  private static final int WARM_UP = 40;
  private static final int MEASURED = 60;

  @TempDir private Path folder;
  private LocalWorkbench workbench;
  private Stage stage;
  private MainWindow window;

  @Override
  public void start(Stage primary) {
    workbench = new LocalWorkbench(new Home(folder));
    Map<String, String> kept = new HashMap<>(Map.of("width", "1440", "height", "900"));
    stage = new Stage();
    window =
        new MainWindow(
            workbench,
            stage,
            new SavedSettings() {
              @Override
              public String get(String key, String otherwise) {
                return kept.getOrDefault(key, otherwise);
              }

              @Override
              public void put(String key, String value) {
                kept.put(key, value);
              }
            });
    window.show();
  }

  /** A text of the sample's words; with the start token it has 512. */
  private static String text(Microscope.Subject subject) {
    String all = String.join(" ", subject.exampleTexts());
    String[] words = (all + " " + all + " " + all + " " + all).split(" ");
    return String.join(" ", Arrays.copyOf(words, TOKENS - 1));
  }

  @Test
  void routingAndSlider() throws Exception {
    String text;
    double[] routed = new double[MEASURED];
    try (Microscope microscope = workbench.open("tongues")) {
      text = text(microscope.subject());
      for (int i = 0; i < WARM_UP + MEASURED; i++) {
        long start = System.nanoTime();
        microscope.route(Microscope.Request.of(text)).join();
        if (i >= WARM_UP) {
          routed[i - WARM_UP] = millis(start);
        }
      }
    }
    say("routing of " + TOKENS + " tokens, as the explorer asks for it", routed);
    openAndWrite(text);
    double[] pictured = new double[MEASURED];
    String before = "";
    for (int i = 0; i < WARM_UP + MEASURED; i++) {
      double factor = i % 2 == 0 ? 0.5 : 3;
      CompletableFuture<Double> shown = slide(factor, before);
      double millis = shown.get(60, TimeUnit.SECONDS);
      before = dropped();
      if (i >= WARM_UP) {
        pictured[i - WARM_UP] = millis;
      }
    }
    say("what-if slider to new picture, " + TOKENS + " tokens", pictured);
    Platform.runLater(window::close);
  }

  private void openAndWrite(String text) throws Exception {
    interact(() -> lookup("#hero-explore").queryAs(ButtonBase.class).fire());
    waitFor(() -> lookup("#text").tryQuery().isPresent() && !dropped().equals("–"));
    interact(() -> lookup("#text").queryAs(TextInputControl.class).setText(text));
    waitFor(() -> lookup("#status").queryAs(Label.class).getText().startsWith(TOKENS + " tokens"));
  }

  private static void waitFor(Callable<Boolean> holds) throws Exception {
    WaitForAsyncUtils.waitFor(
        60, TimeUnit.SECONDS, () -> WaitForAsyncUtils.waitForAsyncFx(60_000, holds));
  }

  private String dropped() {
    return lookup("#what-if-dropped").queryAs(Label.class).getText();
  }

  /** Moves the slider; done when the new figures have been laid out and handed to the renderer. */
  private CompletableFuture<Double> slide(double factor, String before) {
    CompletableFuture<Double> done = new CompletableFuture<>();
    Platform.runLater(
        () -> {
          Scene scene = stage.getScene();
          long start = System.nanoTime();
          Runnable[] listener = new Runnable[1];
          listener[0] =
              () -> {
                if (!dropped().equals(before)) {
                  scene.removePostLayoutPulseListener(listener[0]);
                  done.complete(millis(start));
                }
              };
          scene.addPostLayoutPulseListener(listener[0]);
          lookup("#capacity-factor").queryAs(Slider.class).setValue(factor);
        });
    return done;
  }

  private static double millis(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  private static void say(String what, double[] times) {
    Arrays.sort(times);
    System.out.printf(
        Locale.ROOT,
        "%s: median %.1f ms, 95th percentile %.1f ms, longest %.1f ms%n",
        what,
        times[times.length / 2],
        times[(int) (times.length * 0.95)],
        times[times.length - 1]);
  }
}
