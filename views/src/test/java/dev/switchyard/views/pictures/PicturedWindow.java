package dev.switchyard.views.pictures;

import dev.switchyard.views.MemorySettings;
import dev.switchyard.views.fake.FakeWorkbench;
import dev.switchyard.views.fake.Mouse;
import dev.switchyard.views.shell.MainWindow;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import javafx.embed.swing.SwingFXUtils;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.scene.Node;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.MenuButton;
import javafx.scene.control.TextInputControl;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.robot.Robot;
import javafx.stage.Stage;
import javax.imageio.ImageIO;

/** A window on a fake workbench, used as a person would, and pictured. */
final class PicturedWindow implements AutoCloseable {
  /** Frames in which everything that waits (after typing, for a repaint) has had its turn. */
  private static final int STILL = 32;

  private static final long SECONDS = 60;

  private final Look look;
  private final FakeWorkbench workbench;
  private Stage stage;
  private MainWindow window;

  PicturedWindow(Look look, FakeWorkbench workbench) throws Exception {
    this.look = look;
    this.workbench = workbench;
    fx(
        () -> {
          stage = new Stage();
          window =
              new MainWindow(
                  workbench,
                  stage,
                  new MemorySettings(
                      Map.of(
                          "theme",
                          look.theme().name(),
                          "large_type",
                          "" + look.large(),
                          "width",
                          "" + look.width(),
                          "height",
                          "" + look.height())));
          window.show();
        });
    settle();
  }

  /** One with some runs on disk. */
  static PicturedWindow withRuns(Look look) throws Exception {
    return new PicturedWindow(look, emptyWorkbench().withRuns());
  }

  /** A workbench whose folder is nowhere. */
  static FakeWorkbench emptyWorkbench() {
    return new FakeWorkbench(Path.of("/home/ada/switchyard/runs"));
  }

  MainWindow window() {
    return window;
  }

  Stage stage() {
    return stage;
  }

  FakeWorkbench workbench() {
    return workbench;
  }

  /** Presses a button. */
  void press(String id) throws Exception {
    fx(() -> find(id, ButtonBase.class).fire());
    settle();
  }

  /** Does what is among the window's actions by a name. */
  void act(String name) throws Exception {
    fx(
        () ->
            window.actions().stream()
                .flatMap(group -> group.actions().stream())
                .filter(action -> action.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No action " + name))
                .run());
    settle();
  }

  /** Writes into a field. */
  void write(String id, String text) throws Exception {
    fx(() -> find(id, TextInputControl.class).setText(text));
    settle();
  }

  String text(String id) throws Exception {
    return compute(() -> find(id, TextInputControl.class).getText());
  }

  /** Chooses among buttons that stand side by side. */
  void page(String choice, String title) throws Exception {
    fx(
        () ->
            find(choice, Node.class).lookupAll(".toggle-button").stream()
                .map(ToggleButton.class::cast)
                .filter(button -> button.getText().equals(title))
                .forEach(button -> button.setSelected(true)));
    settle();
  }

  /** Opens a menu, or closes it. */
  void menu(String id, boolean open) throws Exception {
    fx(
        () -> {
          MenuButton menu = find(id, MenuButton.class);
          if (open) {
            menu.show();
          } else {
            menu.hide();
          }
        });
    settle();
  }

  /** Puts the mouse over a node, so far from its upper left. */
  void pointAt(String id, double x, double y) throws Exception {
    fx(
        () -> {
          Point2D at = find(id, Node.class).localToScreen(x, y);
          new Robot().mouseMove(at.getX(), at.getY());
        });
    settle();
    settle(); // a tooltip waits too
  }

  /** Presses the mouse on a place of a chart, in its own pixels. */
  void pressAt(Node chart, Point2D at) {
    Mouse.fire(chart, MouseEvent.MOUSE_PRESSED, at);
    Mouse.fire(chart, MouseEvent.MOUSE_CLICKED, at);
  }

  /** What has an id and stands in the window; on the window's thread. */
  <T extends Node> T find(String id, Class<T> type) {
    return stage.getScene().getRoot().lookupAll(id).stream()
        .filter(node -> node.getScene() != null)
        .findFirst()
        .map(type::cast)
        .orElseThrow(() -> new IllegalStateException("No " + id));
  }

  /** Does something on the window's thread. */
  static void fx(Runnable work) throws Exception {
    compute(
        () -> {
          work.run();
          return null;
        });
  }

  static <T> T compute(Callable<T> work) throws Exception {
    var task = new FutureTask<>(work);
    Platform.runLater(task);
    return task.get(SECONDS, TimeUnit.SECONDS);
  }

  /** Waits until nothing is being done and all is drawn. */
  void settle() throws Exception {
    frames(() -> find("#status-busy", Node.class).isVisible());
  }

  /** Waits for some frames, in none of which somebody is busy. */
  void frames(Callable<Boolean> busy) throws Exception {
    CountDownLatch still = new CountDownLatch(1);
    AnimationTimer timer =
        new AnimationTimer() {
          private int frames;

          @Override
          public void handle(long now) {
            frames = isBusy() ? 0 : frames + 1;
            if (frames > STILL) {
              stop();
              still.countDown();
            }
          }

          private boolean isBusy() {
            try {
              return busy.call();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
        };
    fx(timer::start);
    if (!still.await(SECONDS, TimeUnit.SECONDS)) {
      fx(timer::stop);
      throw new IllegalStateException("Still busy after %d s".formatted(SECONDS));
    }
  }

  /** Pictures the window. */
  void save(String name) throws Exception {
    write(name, compute(() -> SwingFXUtils.fromFXImage(stage.getScene().snapshot(null), null)));
  }

  /** Pictures the window with what stands over it: menus, tooltips. */
  void capture(String name) throws Exception {
    Rectangle2D place = new Rectangle2D(stage.getX(), stage.getY(), look.width(), look.height());
    write(
        name,
        compute(() -> SwingFXUtils.fromFXImage(new Robot().getScreenCapture(null, place), null)));
  }

  private void write(String name, BufferedImage image) throws IOException {
    // Without an alpha channel the files are smaller.
    BufferedImage opaque =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    var graphics = opaque.createGraphics();
    graphics.drawImage(image, 0, 0, null);
    graphics.dispose();
    if (!ImageIO.write(opaque, "png", look.file(name).toFile())) {
      throw new IOException("This Java writes no PNG");
    }
  }

  @Override
  public void close() throws Exception {
    fx(window::close);
  }
}
