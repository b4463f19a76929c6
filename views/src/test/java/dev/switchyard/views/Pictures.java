package dev.switchyard.views;

import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.chart.ExpertQueues;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.chart.MeshPicture;
import dev.switchyard.views.chart.TokenGrid;
import dev.switchyard.views.fake.FakeRun;
import dev.switchyard.views.fake.FakeWorkbench;
import dev.switchyard.views.fake.RunFolders;
import dev.switchyard.views.shell.MainWindow;
import dev.switchyard.views.theme.Theme;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javafx.application.Platform;
import javafx.embed.swing.SwingFXUtils;
import javafx.event.EventType;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.ComboBox;
import javafx.scene.control.MenuButton;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Slider;
import javafx.scene.control.TextInputControl;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.TreeTableView;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.robot.Robot;
import javafx.stage.Stage;
import javafx.stage.WindowEvent;
import javax.imageio.ImageIO;

/**
 * Draws every screen in every theme, in usual and large type, to PNGs, without a display: run with
 * {@code -Dpictures=FOLDER}, optionally {@code -Dpictures.size=1280x800}, {@code
 * -Dpictures.theme=LIGHT}, {@code -Dpictures.type=large} or {@code usual}, {@code
 * -Dpictures.only=journey}, {@code compare}, {@code inspect}, {@code mesh}, {@code train} or {@code
 * hardest}.
 */
public final class Pictures {
  private final Path folder;
  private final int width;
  private final int height;
  private final boolean large;
  private Stage stage;
  private MainWindow window;
  private FakeWorkbench workbench;

  private Pictures(Path folder, int width, int height, boolean large) {
    this.folder = folder;
    this.width = width;
    this.height = height;
    this.large = large;
  }

  /** Draws them all. */
  public static void main(String[] arguments) throws Exception {
    String[] size = System.getProperty("pictures.size", "1440x900").split("x");
    Path folder = Path.of(System.getProperty("pictures", "pictures"));
    Files.createDirectories(folder);
    CountDownLatch started = new CountDownLatch(1);
    Platform.startup(started::countDown);
    started.await();
    Platform.setImplicitExit(false);
    String types = System.getProperty("pictures.type", "both");
    try {
      for (boolean large : new boolean[] {false, true}) {
        if (types.equals("both") || types.equals(large ? "large" : "usual")) {
          Pictures pictures =
              new Pictures(folder, Integer.parseInt(size[0]), Integer.parseInt(size[1]), large);
          for (Theme theme : Theme.values()) {
            if (System.getProperty("pictures.theme", theme.name()).equals(theme.name())) {
              pictures.draw(System.getProperty("pictures.only", ""), theme);
            }
          }
        }
      }
    } finally {
      Platform.exit(); // its thread would outlive a failure
    }
  }

  private void draw(String only, Theme theme) throws Exception {
    String prefix =
        theme.name().toLowerCase(Locale.ROOT).replace('_', '-') + (large ? "-large-" : "-");
    switch (only) {
      case "inspect" -> inspect(prefix, theme);
      case "compare" -> compare(prefix, theme);
      case "mesh" -> mesh(prefix, theme);
      case "hardest" -> hardest(prefix, theme);
      case "journey" -> journey(prefix, theme);
      case "train" -> {
        open(theme, true);
        train(prefix);
        close();
      }
      default -> {
        journey(prefix, theme);
        inspect(prefix, theme);
        compare(prefix, theme);
        mesh(prefix, theme);
        hardest(prefix, theme);
      }
    }
  }

  private void journey(String prefix, Theme theme) throws Exception {
    open(theme, true);
    save(prefix + "start");
    click("#hero-explore");
    settle();
    fx(
        () -> {
          var grid = (TokenGrid) find("#grid");
          grid.fireEvent(press(grid.centerOf(1, 6)));
          return null;
        });
    save(prefix + "explore");
    fx(
        () -> {
          var queues = (ExpertQueues) find("#queues");
          queues.fireEvent(press(queues.centerOf(2)));
          ((Slider) find("#capacity-factor")).setValue(1.75);
          return null;
        });
    settle();
    save(prefix + "explore-expert");
    click("#expert-switch-3");
    settle();
    page("#pages", "Flow");
    save(prefix + "explore-flow");
    page("#flow-through", "Layer to layer");
    save(prefix + "explore-flow-layers");
    page("#pages", "Experts");
    click("#survey");
    save(prefix + "explore-preferences");
    page("#pages", "Text");
    click("#as-trained");
    String before = fx(() -> ((TextInputControl) find("#text")).getText());
    fx(
        () -> {
          ((TextInputControl) find("#text")).setText("the ferry carries ___ across the river");
          return null;
        });
    settle();
    click("#write");
    settle();
    click("#step-before");
    save(prefix + "explore-generate");
    click("#write-close");
    fx(
        () -> {
          ((TextInputControl) find("#text")).setText(before + "\nseven cold coins\nthe bell rings");
          return null;
        });
    settle();
    click("#sentence-after");
    save(prefix + "explore-sentences");
    fx(
        () -> {
          ((TextInputControl) find("#text")).setText(before);
          return null;
        });
    settle();
    fx(
        () -> {
          ((MenuButton) find("#models")).show();
          return null;
        });
    capture(prefix + "explore-menu");
    fx(
        () -> {
          ((MenuButton) find("#models")).hide();
          Node gate = find("#token-gate");
          var at = gate.localToScreen(10, 10);
          new Robot().mouseMove(at.getX(), at.getY());
          return null;
        });
    settle();
    capture(prefix + "explore-tooltip");
    train(prefix);
    close();
  }

  /** The form, a run from its first step to its failure, one of another process, and a replay. */
  private void train(String prefix) throws Exception {
    click("#rail-train");
    settle();
    save(prefix + "form");
    fx(
        () -> {
          ((TextInputControl) find("#setting-num_experts")).setText("many");
          ((TextInputControl) find("#search-settings")).setText("jitter");
          return null;
        });
    settle();
    save(prefix + "form-wrong");
    fx(
        () -> {
          ((TextInputControl) find("#setting-num_experts")).setText("32");
          return null;
        });
    settle();
    fx(
        () -> {
          ((TextInputControl) find("#search-settings")).setText("");
          ((ScrollPane) find("#train-form .form-scroll")).setVvalue(0.6);
          return null;
        });
    save(prefix + "form-all");
    click("#create");
    settle();
    save(prefix + "live-waiting");
    FakeRun run = workbench.opened.getLast();
    run.trainTo(520);
    run.pause();
    settle();
    click("#change");
    fx(
        () -> {
          ((TextInputControl) find("#change-learning_rate")).setText("0.002");
          ((TextInputControl) find("#change-router_jitter_noise")).setText("2");
          return null;
        });
    save(prefix + "live-change-wrong");
    fx(
        () -> {
          ((TextInputControl) find("#change-router_jitter_noise")).setText("0.05");
          return null;
        });
    save(prefix + "live-change");
    click("#change-apply");
    run.trainTo(780);
    settle();
    save(prefix + "live-paused");
    page("#choice-dropped-chart", "entropy");
    page("#choice-balance-chart", "updates");
    fx(
        () -> {
          ((Slider) find("#probe-step")).setValue(3);
          return null;
        });
    save(prefix + "live-measures");
    fx(
        () -> {
          Node chart = find("#quality-chart");
          var at = chart.localToScreen(200, 120);
          new Robot().mouseMove(at.getX(), at.getY());
          ((MenuButton) find("#run-name")).show();
          return null;
        });
    capture(prefix + "live-reading");
    fx(
        () -> {
          ((MenuButton) find("#run-name")).hide();
          return null;
        });
    click("#resume");
    settle();
    save(prefix + "live");
    fx(
        () -> {
          stage.fireEvent(new WindowEvent(stage, WindowEvent.WINDOW_CLOSE_REQUEST));
          return null;
        });
    settle();
    save(prefix + "closing");
    click("#keep-training");
    run.fail(
        "Step 781: the loss of the Switch model is not a number (encoder.block.3). The checkpoint"
            + " of step 750 is whole: lower the learning rate and go on from it.");
    settle();
    save(prefix + "live-failed");
    click("#go-on-changed");
    save(prefix + "live-failed-change");
    Path other = workbench.runsFolder().resolve("night-run");
    workbench.elsewhere.add(other);
    workbench.summaries.add(
        new Workbench.RunSummary(
            other, "night-run", "running", 12_460, 50_000, 2.61, "32 experts", 1_767_000_000_000L));
    fx(
        () -> {
          window.newRun(null, List.of());
          return null;
        });
    click("#rail-start");
    settle();
    click("#rail-train");
    save(prefix + "form-elsewhere");
    click("#follow-night-run");
    save(prefix + "live-elsewhere");
    click("#rail-start");
    settle();
    click("#replay-seven-valleys");
    settle();
    fx(
        () -> {
          ((Button) find("#play")).fire();
          ((Slider) find("#position")).setValue(520);
          return null;
        });
    settle();
    save(prefix + "replay");
  }

  /** A model's tensors, one of them closer. */
  private void inspect(String prefix, Theme theme) throws Exception {
    open(theme, true);
    click("#rail-inspect");
    settle();
    fx(
        () -> {
          ((TextInputControl) find("#search-weights")).setText("encoder");
          ((TreeTableView<?>) find("#weights")).getSelectionModel().select(4);
          return null;
        });
    settle();
    save(prefix + "inspect");
    click("#rail-devices");
    settle();
    save(prefix + "devices");
    close();
  }

  /** The devices of some runs, from two to 64. */
  private void mesh(String prefix, Theme theme) throws Exception {
    Path runs = Files.createTempDirectory("runs");
    List<Mesh> meshes =
        List.of(new Mesh(2, 2, 1), new Mesh(1, 2, 1), new Mesh(2, 2, 2), new Mesh(4, 8, 2));
    workbench = new FakeWorkbench(runs);
    for (Mesh mesh : meshes) {
      Path run = runs.resolve("mesh-of-" + mesh.size());
      RunFolders.divided(run, mesh, mesh.size() > 8 ? 64 : 32, 120);
      workbench.summaries.add(RunFolders.summary(run, "32 experts, 4 + 4 layers"));
    }
    open(theme);
    click("#rail-devices");
    settle();
    page("#planner .device-pages", "This run");
    for (int i = 0; i < meshes.size(); i++) {
      int run = i;
      fx(
          () -> {
            ((ComboBox<?>) find("#mesh-run")).getSelectionModel().select(run);
            return null;
          });
      settle();
      if (i == 1) {
        fx(
            () -> {
              MeshPicture picture = (MeshPicture) find("#mesh-picture");
              picture.fireEvent(clicked(picture.centerOf(1)));
              return null;
            });
      }
      save(prefix + "mesh-" + meshes.get(i).size());
    }
    close();
  }

  /** Three runs beside one another, one of them still in training. */
  private void compare(String prefix, Theme theme) throws Exception {
    Path runs = Files.createTempDirectory("runs");
    trained(runs.resolve("eight-experts"), 1400, 1, "num_experts", 8);
    trained(runs.resolve("thirty-two-experts"), 900, 1, "num_experts", 32, "batch_size", 64);
    trained(runs.resolve("half-the-rate"), 1800, 2, "num_experts", 8, "learning_rate", 0.001);
    workbench = new FakeWorkbench(runs);
    for (String run : List.of("eight-experts", "thirty-two-experts", "half-the-rate")) {
      workbench.summaries.add(
          RunFolders.summary(runs.resolve(run), "8 experts, 4 + 4 layers, the sample corpus"));
    }
    open(theme);
    click("#rail-compare");
    save(prefix + "compare-empty");
    click("#check-half-the-rate");
    click("#check-eight-experts");
    try (RunFolder held = RunFolder.open(runs.resolve("thirty-two-experts"))) {
      click("#check-thirty-two-experts");
      settle();
      save(prefix + "compare");
      RunFolders.write(held.path(), 901, 1000, 1);
      settle();
      fx(
          () -> {
            ((LineChartPane) find("#compare-chart"))
                .scaleProperty()
                .set(new LineChartPane.Scale(true, true, null));
            Node chart = find("#compare-chart");
            var at = chart.localToScreen(300, 120);
            new Robot().mouseMove(at.getX(), at.getY());
            return null;
          });
      capture(prefix + "compare-log");
      fx(
          () -> {
            LineChartPane chart = (LineChartPane) find("#compare-chart");
            chart
                .scaleProperty()
                .set(new LineChartPane.Scale(false, false, new LineChartPane.Zoom(400, 600)));
            ((MenuButton) find("#export-compare-chart")).show();
            return null;
          });
      capture(prefix + "compare-zoom");
    }
    close();
  }

  private static void trained(Path folder, long steps, int slowness, Object... settings) {
    Map<String, Object> all = RunFolders.settings(settings);
    all.put("twin", true);
    RunFolders.trained(folder, all, steps, slowness);
  }

  /** What is hardest: no runs, many experts, many layers, many tokens. */
  private void hardest(String prefix, Theme theme) throws Exception {
    open(theme, false);
    save(prefix + "start-first");
    List<String> layers = new ArrayList<>();
    for (String stack : List.of("encoder", "decoder")) {
      for (int b = 1; b < 24; b += 2) {
        layers.add(stack + ".block." + b);
      }
    }
    workbench.experts = 128;
    workbench.layers = layers;
    click("#hero-explore");
    settle();
    fx(
        () -> {
          TextInputControl text = (TextInputControl) find("#text");
          text.setText((text.getText() + " ").repeat(20));
          return null;
        });
    settle();
    fx(
        () -> {
          var grid = (TokenGrid) find("#grid");
          grid.fireEvent(press(grid.centerOf(2, 9)));
          return null;
        });
    save(prefix + "explore-large");
    click("#rail-train");
    settle();
    fx(
        () -> {
          ((TextInputControl) find("#setting-num_experts")).setText("128");
          return null;
        });
    settle();
    click("#create");
    settle();
    workbench.opened.getLast().trainTo(700);
    settle();
    save(prefix + "live-large");
    close();
  }

  private void open(Theme theme, boolean runs) throws Exception {
    workbench = new FakeWorkbench(Path.of("/home/ada/switchyard/runs"));
    if (runs) {
      workbench.withRuns();
    }
    open(theme);
  }

  private void open(Theme theme) throws Exception {
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
                          theme.name(),
                          "large_type",
                          "" + large,
                          "width",
                          "" + width,
                          "height",
                          "" + height)));
          window.show();
          return null;
        });
    settle();
  }

  private void close() throws Exception {
    fx(
        () -> {
          window.close();
          return null;
        });
  }

  /** Chooses among buttons that stand side by side. */
  private void page(String choice, String title) throws Exception {
    fx(
        () -> {
          find(choice).lookupAll(".toggle-button").stream()
              .map(ToggleButton.class::cast)
              .filter(button -> button.getText().equals(title))
              .forEach(button -> button.setSelected(true));
          return null;
        });
    settle();
  }

  private Node find(String id) {
    Node node =
        stage.getScene().getRoot().lookupAll(id).stream()
            .filter(n -> n.getScene() != null)
            .findFirst()
            .orElse(null);
    if (node == null) {
      throw new IllegalStateException("No " + id);
    }
    return node;
  }

  private static MouseEvent press(Point2D at) {
    return mouse(MouseEvent.MOUSE_PRESSED, at);
  }

  private static MouseEvent clicked(Point2D at) {
    return mouse(MouseEvent.MOUSE_CLICKED, at);
  }

  private static MouseEvent mouse(EventType<MouseEvent> type, Point2D at) {
    return new MouseEvent(
        type,
        at.getX(),
        at.getY(),
        at.getX(),
        at.getY(),
        MouseButton.PRIMARY,
        1,
        false,
        false,
        false,
        false,
        true,
        false,
        false,
        true,
        false,
        true,
        null);
  }

  private void click(String id) throws Exception {
    fx(
        () -> {
          ((ButtonBase) find(id)).fire();
          return null;
        });
  }

  private static <T> T fx(Callable<T> work) throws Exception {
    var task = new FutureTask<>(work);
    Platform.runLater(task);
    return task.get(30, TimeUnit.SECONDS);
  }

  /** Lets debounced work, background work and repaints happen. */
  private static void settle() throws Exception {
    Thread.sleep(900);
    fx(() -> null);
  }

  /** The screen with what stands over the window: menus, tooltips. */
  private void capture(String name) throws Exception {
    settle();
    BufferedImage image =
        fx(
            () ->
                SwingFXUtils.fromFXImage(
                    new Robot()
                        .getScreenCapture(
                            null, new Rectangle2D(stage.getX(), stage.getY(), width, height)),
                    null));
    ImageIO.write(image, "png", folder.resolve(name + ".png").toFile());
  }

  private void save(String name) throws Exception {
    settle();
    BufferedImage image = fx(() -> SwingFXUtils.fromFXImage(stage.getScene().snapshot(null), null));
    File file = folder.resolve(name + ".png").toFile();
    if (!ImageIO.write(image, "png", file)) {
      throw new IOException("No PNG writer");
    }
  }
}
