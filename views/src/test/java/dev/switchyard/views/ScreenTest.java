package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.views.fake.FakePrompt;
import dev.switchyard.views.fake.FakeRun;
import dev.switchyard.views.fake.FakeWorkbench;
import dev.switchyard.views.shell.MainWindow;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javafx.scene.Node;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.Labeled;
import javafx.scene.control.MenuButton;
import javafx.scene.control.TextInputControl;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.testfx.framework.junit5.ApplicationTest;
import org.testfx.util.WaitForAsyncUtils;

/** The window on a fake workbench; what the tests of the screens have in common. */
abstract class ScreenTest extends ApplicationTest {
  private static final long SECONDS = 15;

  @TempDir Path runs;

  FakeWorkbench workbench;
  MemorySettings settings;
  FakePrompt prompt;
  MainWindow window;
  Stage stage;

  @Override
  public void start(Stage primary) {
    workbench = workbench();
    settings = new MemorySettings(Map.of("width", "1440", "height", "900"));
    stage = new Stage();
    prompt = new FakePrompt(runs.resolve("saved"));
    window = new MainWindow(workbench, stage, settings, prompt);
    window.show();
  }

  FakeWorkbench workbench() {
    return new FakeWorkbench(runs);
  }

  @AfterEach
  void closeWindow() {
    interact(
        () -> {
          if (stage.isShowing()) {
            window.close();
          }
        });
  }

  /** The run that the window opened last. */
  FakeRun run() {
    return workbench.opened.getLast();
  }

  <T extends Node> T find(String id, Class<T> type) {
    return lookup(id).queryAs(type);
  }

  String text(String id) {
    Node node = lookup(id).query();
    return node instanceof TextInputControl input
        ? input.getText()
        : node instanceof Labeled labeled ? labeled.getText() : "";
  }

  /** Whether a node is there and can be seen, it and all that it stands in. */
  boolean seen(String id) {
    return lookup(id).queryAll().stream()
        .anyMatch(
            node -> {
              for (Node n = node; n != null; n = n.getParent()) {
                if (!n.isVisible()) {
                  return false;
                }
              }
              return true;
            });
  }

  /** Presses a button. */
  void press(String id) {
    until(id + " can be pressed", () -> seen(id) && !find(id, ButtonBase.class).isDisabled());
    interact(() -> find(id, ButtonBase.class).fire());
  }

  /** Chooses from a menu of files and data. */
  void pick(String menu, String item) {
    interact(
        () ->
            find(menu, MenuButton.class).getItems().stream()
                .filter(each -> item.equals(each.getId()))
                .findFirst()
                .orElseThrow()
                .fire());
  }

  void write(String id, String text) {
    interact(() -> find(id, TextInputControl.class).setText(text));
  }

  /** Waits until something holds, as background work and repaints come to it. */
  void until(String what, Callable<Boolean> holds) {
    try {
      WaitForAsyncUtils.waitFor(
          SECONDS, TimeUnit.SECONDS, () -> WaitForAsyncUtils.waitForAsyncFx(1000 * SECONDS, holds));
    } catch (TimeoutException e) {
      throw new AssertionError("Not within " + SECONDS + " s: " + what, e);
    }
  }

  void untilText(String id, String expected) {
    try {
      until(
          id + " says " + expected,
          () -> lookup(id).tryQuery().isPresent() && text(id).equals(expected));
    } catch (AssertionError e) {
      assertThat(text(id)).as(id).isEqualTo(expected);
      throw e;
    }
  }
}
