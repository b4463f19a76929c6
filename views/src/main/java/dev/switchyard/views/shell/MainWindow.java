package dev.switchyard.views.shell;

import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.compare.CompareController;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.devices.DevicesController;
import dev.switchyard.views.explore.ExploreController;
import dev.switchyard.views.inspect.InspectController;
import dev.switchyard.views.navigation.Navigator;
import dev.switchyard.views.start.StartController;
import dev.switchyard.views.task.FilePrompt;
import dev.switchyard.views.task.Pulse;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.train.TrainController;
import dev.switchyard.views.words.Figures;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyCodeCombination;
import javafx.scene.input.KeyCombination;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;
import javafx.stage.WindowEvent;
import org.kordamp.ikonli.feather.Feather;

/**
 * The program's window: the rail, the screens, the status bar. It takes its runs and models from a
 * workbench, which it does not close. Make and use it on the window's thread.
 */
public final class MainWindow implements Navigator {
  private static final double WIDTH = 1440;
  private static final double HEIGHT = 900;

  private final Stage stage;
  private final SavedSettings saved;
  private final Appearance appearance;
  private final Toasts toasts = new Toasts();
  private final Question question = new Question();
  private final Tasks tasks = new Tasks(toasts);
  private final StackPane screens = new StackPane();
  private final StringProperty status = new SimpleStringProperty("");
  private final StringProperty trainingStatus = new SimpleStringProperty("");
  private final Pulse pulse = new Pulse(2, this::showTraining);
  private final Rail rail;
  private final StatusBar statusBar;
  private final StartController start;
  private final ExploreController explore;
  private final TrainController train;
  private final CompareController compare;
  private final InspectController inspect;
  private final DevicesController devices;
  private final Map<Place, Screen> screenOf = new EnumMap<>(Place.class);
  private Place place;

  /** Puts the window's content on a stage; {@link #show} makes it visible. */
  public MainWindow(Workbench workbench, Stage stage, SavedSettings saved) {
    this(workbench, stage, saved, FilePrompt.ofSystem());
  }

  /** The same with other dialogs for files than the system's. */
  public MainWindow(Workbench workbench, Stage stage, SavedSettings saved, FilePrompt prompt) {
    this.stage = stage;
    this.saved = saved;
    appearance = new Appearance(savedTheme(saved));
    start = new StartController(workbench, tasks, this);
    Saving saving = new Saving(tasks, toasts, prompt);
    explore = new ExploreController(workbench, tasks, appearance, saving);
    train = new TrainController(workbench, tasks, appearance, saving, this);
    compare = new CompareController(workbench, tasks, appearance, saving);
    compare.restore(name -> saved.get("compare." + name, ""));
    inspect = new InspectController(workbench, tasks, appearance, saving);
    devices = new DevicesController(workbench, tasks, appearance);
    train.runProperty().addListener((o, before, now) -> explore.offerTraining(now));
    addScreens();
    rail = new Rail(appearance, this::go);
    statusBar = new StatusBar(status, trainingStatus, tasks.busyProperty());
    BorderPane frame = new BorderPane(screens);
    frame.setLeft(rail);
    frame.setBottom(statusBar);
    StackPane root = new StackPane(frame, toasts, question);
    root.getStyleClass().add("window");
    Scene scene = new Scene(root, savedNumber("width", WIDTH), savedNumber("height", HEIGHT));
    appearance.dress(scene);
    appearance.themeProperty().addListener((o, b, now) -> saved.put("theme", now.name()));
    addShortcuts(scene);
    stage.setScene(scene);
    stage.setTitle("Switchyard");
    stage.setMinWidth(1120);
    stage.setMinHeight(700);
    stage.setOnCloseRequest(this::closeRequested);
    go(Place.START);
  }

  /** One of the window's screens: what is done when it comes and goes, and its line of status. */
  private record Screen(
      Node view, Runnable enter, Runnable leave, ObservableValue<String> status) {}

  private void addScreens() {
    Runnable nothing = () -> {};
    ObservableValue<String> silent = new SimpleStringProperty("");
    screenOf.put(Place.START, new Screen(start.view(), start::enter, nothing, silent));
    screenOf.put(
        Place.EXPLORE,
        new Screen(explore.view(), explore::enter, explore::leave, explore.statusProperty()));
    screenOf.put(
        Place.TRAIN, new Screen(train.view(), train::enter, train::leave, train.statusProperty()));
    screenOf.put(
        Place.COMPARE,
        new Screen(
            compare.view(), compare::enter, this::leaveComparison, compare.statusProperty()));
    screenOf.put(
        Place.INSPECT,
        new Screen(inspect.view(), inspect::enter, nothing, inspect.statusProperty()));
    screenOf.put(
        Place.DEVICES,
        new Screen(devices.view(), devices::enter, nothing, devices.statusProperty()));
    for (Screen screen : screenOf.values()) {
      screen.view().setVisible(false);
      screen.view().managedProperty().bind(screen.view().visibleProperty());
      screens.getChildren().add(screen.view());
      screen.status().addListener((o, before, now) -> showStatus());
    }
  }

  private static Theme savedTheme(SavedSettings saved) {
    String name = saved.get("theme", Theme.DARK.name());
    return Theme.LIGHT.name().equals(name) ? Theme.LIGHT : Theme.DARK;
  }

  private double savedNumber(String key, double otherwise) {
    try {
      return Math.clamp(Double.parseDouble(saved.get(key, "")), 800, 8000);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private void addShortcuts(Scene scene) {
    KeyCode[] keys = {
      KeyCode.DIGIT1, KeyCode.DIGIT2, KeyCode.DIGIT3, KeyCode.DIGIT4, KeyCode.DIGIT5, KeyCode.DIGIT6
    };
    for (Place p : Place.values()) {
      scene
          .getAccelerators()
          .put(
              new KeyCodeCombination(keys[p.ordinal()], KeyCombination.SHORTCUT_DOWN), () -> go(p));
    }
  }

  /** Shows the window. */
  public void show() {
    if (Boolean.parseBoolean(saved.get("maximized", "false"))) {
      stage.setMaximized(true);
    }
    stage.show();
    statusBar.start();
    pulse.start();
  }

  /** Tells a person of a problem that nobody else has told; it goes into the log too. */
  public void tell(Throwable problem) {
    tasks.tell(problem);
  }

  /** The look of the window. */
  public Appearance appearance() {
    return appearance;
  }

  private void go(Place next) {
    rail.choose(next);
    if (place != next) {
      if (place != null) {
        screenOf.get(place).view().setVisible(false);
        screenOf.get(place).leave().run();
      }
      place = next;
      screenOf.get(next).view().setVisible(true);
      screenOf.get(next).enter().run();
    }
    showStatus();
  }

  private void leaveComparison() {
    compare.leave();
    keepComparison();
  }

  private void keepComparison() {
    compare.state().forEach((name, value) -> saved.put("compare." + name, value));
  }

  private void showStatus() {
    status.set(place == null ? "" : screenOf.get(place).status().getValue());
  }

  private void showTraining() {
    TrainingRun run = train.runProperty().get();
    if (run == null || place == Place.TRAIN) {
      trainingStatus.set("");
      return;
    }
    String state = run.state().name().toLowerCase(Locale.ROOT);
    trainingStatus.set(
        "%s · %s · step %s of %s"
            .formatted(
                run.folder().getFileName(),
                run.state() == RunState.RUNNING ? "training" : state,
                Figures.whole(run.step()),
                Figures.whole(run.config().training().steps())));
  }

  @Override
  public void explore(String model) {
    explore.open(model);
    go(Place.EXPLORE);
  }

  @Override
  public void exploreTraining() {
    explore.openTraining();
    go(Place.EXPLORE);
  }

  @Override
  public void replay(String model) {
    train.replay(model);
    go(Place.TRAIN);
  }

  @Override
  public void newRun(String preset, List<Path> texts) {
    go(Place.TRAIN);
    train.showForm(preset, texts);
  }

  @Override
  public void resume(Path folder) {
    train.reopen(folder, null, false);
    go(Place.TRAIN);
  }

  @Override
  public void compare(List<Path> runs) {
    go(Place.COMPARE);
    compare.add(runs);
  }

  @Override
  public void inspect(String model) {
    inspect.open(model);
    go(Place.INSPECT);
  }

  private void closeRequested(WindowEvent event) {
    event.consume();
    if (!train.isTraining()) {
      close();
      return;
    }
    TrainingRun run = train.runProperty().get();
    question.ask(
        "%s is training".formatted(run.folder().getFileName()),
        "It can be stopped with a checkpoint and go on another time, from the step where it stands:"
            + " step %s of %s."
                .formatted(
                    Figures.whole(run.step()), Figures.whole(run.config().training().steps())),
        named("keep-training", Buttons.plain("Keep training", Feather.PLAY, question::withdraw)),
        named(
            "stop-and-close",
            Buttons.primary("Checkpoint and close", Feather.SAVE, () -> stopAndClose(run))));
  }

  private static javafx.scene.control.Button named(String id, javafx.scene.control.Button button) {
    button.setId(id);
    return button;
  }

  private void stopAndClose(TrainingRun run) {
    question.ask("Taking a checkpoint", "The window closes when it is on disk.");
    tasks.run(
        this,
        "taking a checkpoint",
        () -> {
          run.stop();
          return run.await();
        },
        state -> close(),
        problem -> {
          question.withdraw();
          tasks.tell(problem);
        });
  }

  /** Keeps what comes back after a restart, ends the background work, and closes the window. */
  public void close() {
    saved.put("maximized", String.valueOf(stage.isMaximized()));
    if (!stage.isMaximized()) {
      saved.put("width", String.valueOf(stage.getScene().getWidth()));
      saved.put("height", String.valueOf(stage.getScene().getHeight()));
    }
    keepComparison();
    pulse.stop();
    statusBar.stop();
    explore.close();
    inspect.close();
    train.close();
    compare.close();
    stage.close();
    tasks.close();
  }
}
