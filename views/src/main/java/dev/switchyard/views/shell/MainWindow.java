package dev.switchyard.views.shell;

import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.action.ActionGroup;
import dev.switchyard.views.action.Shortcuts;
import dev.switchyard.views.activity.ActivityController;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.compare.CompareController;
import dev.switchyard.views.devices.DevicesController;
import dev.switchyard.views.drop.DropController;
import dev.switchyard.views.explore.ExploreController;
import dev.switchyard.views.explore.OpenedAhead;
import dev.switchyard.views.inspect.InspectController;
import dev.switchyard.views.navigation.Navigator;
import dev.switchyard.views.palette.PaletteController;
import dev.switchyard.views.start.StartController;
import dev.switchyard.views.task.FilePrompt;
import dev.switchyard.views.task.Pulse;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.theme.Magnifier;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.train.TrainController;
import dev.switchyard.views.words.Figures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.scene.Scene;
import javafx.scene.control.TextInputControl;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;

/**
 * The program's window: the rail, the screens, the status bar. It takes its runs and models from a
 * workbench, which it does not close. Make and use it on the window's thread.
 */
public final class MainWindow implements Navigator {
  private static final double WIDTH = 1440;
  private static final double HEIGHT = 900;
  private static final double LEAST_WIDTH = 900;
  private static final double LEAST_HEIGHT = 600;

  private final Stage stage;
  private final SavedSettings saved;
  private final Appearance appearance;
  private final Toasts toasts = new Toasts();
  private final Question question = new Question();
  private final Tasks tasks = new Tasks(toasts);
  private final StringProperty trainingStatus = new SimpleStringProperty("");
  private final Pulse pulse = new Pulse(2, this::showTraining);
  private final Screens screens;
  private final StatusBar statusBar;
  private final Later later = new Later();
  private final OpenedAhead ahead;
  private String expected = "";
  private boolean stands;
  private final Shortcuts shortcuts;
  private ExploreController explore;
  private TrainController train;
  private CompareController compare;
  private InspectController inspect;
  private DevicesController devices;
  private final PaletteController palette = new PaletteController(this::actions);
  private final ActivityController activity = new ActivityController(tasks, toasts.past());
  private final DropController drop;
  private final WindowActions actions;

  /** Puts the window's content on a stage; {@link #show} makes it visible. */
  public MainWindow(Workbench workbench, Stage stage, SavedSettings saved) {
    this(workbench, stage, saved, FilePrompt.ofSystem());
  }

  /** The same with other dialogs for files than the system's. */
  public MainWindow(Workbench workbench, Stage stage, SavedSettings saved, FilePrompt prompt) {
    this.stage = stage;
    this.saved = saved;
    appearance =
        new Appearance(
            Theme.named(saved.get("theme", "")),
            Boolean.parseBoolean(saved.get("large_type", "false")));
    screens = new Screens(saved, later::now);
    ahead = new OpenedAhead(workbench);
    screens.add(Place.START, new StartController(workbench, tasks, this));
    actions = new WindowActions(stage, screens, appearance, palette, this::closeRequested);
    shortcuts =
        new Shortcuts(() -> question.isVisible() || palette.isOpen() || activity.isAsking());
    statusBar =
        new StatusBar(screens.statusProperty(), trainingStatus, tasks.busyProperty(), activity);
    toasts.setOnDetails(activity::showDetails);
    activity.openProperty().subscribe(toasts::moveAside);
    DropRoutes routes =
        new DropRoutes(
            this,
            () -> screens.placeProperty().get(),
            text -> {
              later.now();
              explore.readText(text);
            },
            this::planFor);
    drop = new DropController(tasks, toasts, routes::of);
    stage.setScene(scene());
    stage.setTitle("Switchyard");
    stage.setMinWidth(LEAST_WIDTH);
    stage.setMinHeight(LEAST_HEIGHT);
    stage.setOnCloseRequest(
        event -> {
          event.consume();
          closeRequested();
        });
    addOtherScreens(workbench, new Saving(tasks, toasts, prompt));
    screens.go(screens.remembered());
  }

  private void addOtherScreens(Workbench workbench, Saving saving) {
    later.add(
        () -> {
          stands = true;
          openExpected();
        });
    later.add(
        () -> {
          explore = new ExploreController(workbench, tasks, appearance, saving, ahead);
          screens.add(Place.EXPLORE, explore);
        });
    later.add(
        () -> {
          train = new TrainController(workbench, tasks, appearance, saving, this);
          train.runProperty().addListener((o, before, now) -> explore.offerTraining(now));
          screens.add(Place.TRAIN, train);
        });
    later.add(
        () -> {
          compare = new CompareController(workbench, tasks, appearance, saving);
          screens.add(Place.COMPARE, compare);
        });
    later.add(
        () -> {
          inspect = new InspectController(workbench, tasks, appearance, saving);
          screens.add(Place.INSPECT, inspect);
        });
    later.add(
        () -> {
          devices = new DevicesController(workbench, tasks, appearance, saving);
          train.runProperty().addListener((o, before, now) -> devices.offerTraining(now));
          screens.add(Place.DEVICES, devices);
        });
    later.add(() -> listenToKeys(screens.actions()));
    later.add(
        () ->
            tasks.run(
                "a chart ahead",
                "",
                () -> {
                  LineChartPane.drawUnseen(Theme.DARK);
                  return null;
                },
                drawn -> {}));
  }

  /** Before there is a screen for training nothing can be in training. */
  private void closeRequested() {
    if (train == null) {
      close();
    } else {
      new Closing(train, question, tasks, this::close).request();
    }
  }

  private Scene scene() {
    BorderPane frame = new BorderPane(screens.view());
    frame.setLeft(new Rail(appearance, screens.placeProperty(), actions));
    frame.setBottom(statusBar);
    StackPane root =
        new StackPane(frame, activity.view(), toasts, palette.view(), drop.view(), question);
    root.getStyleClass().add("window");
    Scene scene =
        new Scene(new Magnifier(root), savedNumber("width", WIDTH), savedNumber("height", HEIGHT));
    appearance.dress(scene);
    appearance.themeProperty().addListener((o, b, now) -> saved.put("theme", now.name()));
    appearance
        .largeTypeProperty()
        .addListener((o, b, now) -> saved.put("large_type", now.toString()));
    listenToKeys(List.of(windowActions()));
    drop.listen(scene);
    shortcuts.install(scene);
    // A key may belong to a screen that has still to be made.
    scene.addEventFilter(KeyEvent.KEY_PRESSED, e -> later.now());
    // On which key it lies differs from keyboard to keyboard, so that it is no key combination.
    scene.addEventHandler(
        KeyEvent.KEY_TYPED,
        e -> {
          if (e.getCharacter().equals("?")
              && !(scene.getFocusOwner() instanceof TextInputControl)) {
            actions.shortcuts.run();
          }
        });
    return scene;
  }

  private void listenToKeys(List<ActionGroup> groups) {
    for (ActionGroup group : groups) {
      shortcuts.add(
          group.actions(), () -> screens.placeProperty().get().title().equals(group.title()));
    }
    if (stage.getScene() != null) {
      shortcuts.install(stage.getScene());
    }
  }

  /** All that can be done now in the program, by screen. */
  public List<ActionGroup> actions() {
    later.now();
    List<ActionGroup> all = new ArrayList<>();
    all.add(windowActions());
    all.addAll(screens.actions());
    return all;
  }

  private ActionGroup windowActions() {
    return new ActionGroup(
        "Window", Stream.concat(actions.all().stream(), activity.actions().stream()).toList());
  }

  private double savedNumber(String key, double otherwise) {
    try {
      return Math.clamp(Double.parseDouble(saved.get(key, "")), 800, 8000);
    } catch (NumberFormatException e) {
      return otherwise;
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
    later.start();
  }

  /** Tells a person of a problem that nobody else has told; it goes into the log too. */
  public void tell(Throwable problem) {
    tasks.tell(problem);
  }

  /** The look of the window. */
  public Appearance appearance() {
    return appearance;
  }

  private void showTraining() {
    TrainingRun run = train == null ? null : train.runProperty().get();
    if (run == null || screens.placeProperty().get() == Place.TRAIN) {
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

  /** What is dropped on the window, to open it or to say where it would go. */
  public DropController drop() {
    return drop;
  }

  private void planFor(Path config) {
    screens.go(Place.DEVICES);
    devices.plan(config);
  }

  @Override
  public void explore(String model) {
    later.now();
    explore.open(model);
    screens.go(Place.EXPLORE);
  }

  /** Only when the window stands: until then it needs the machine for itself. */
  @Override
  public void expect(String model) {
    expected = model;
    openExpected();
  }

  private void openExpected() {
    if (stands && !expected.isEmpty()) {
      ahead.open(expected);
    }
  }

  @Override
  public void exploreTraining() {
    later.now();
    explore.openTraining();
    screens.go(Place.EXPLORE);
  }

  @Override
  public void replay(String model) {
    later.now();
    train.replay(model);
    screens.go(Place.TRAIN);
  }

  @Override
  public void newRun(String preset, List<Path> texts) {
    screens.go(Place.TRAIN);
    train.showForm(preset, texts);
  }

  @Override
  public void resume(Path folder) {
    later.now();
    train.reopen(folder, null, Map.of(), false);
    screens.go(Place.TRAIN);
  }

  @Override
  public void compare(List<Path> runs) {
    screens.go(Place.COMPARE);
    compare.add(runs);
  }

  @Override
  public void inspect(String model) {
    later.now();
    inspect.open(model);
    screens.go(Place.INSPECT);
  }

  /** Keeps what comes back after a restart, ends the background work, and closes the window. */
  public void close() {
    saved.put("maximized", String.valueOf(stage.isMaximized()));
    if (!stage.isMaximized()) {
      saved.put("width", String.valueOf(stage.getScene().getWidth()));
      saved.put("height", String.valueOf(stage.getScene().getHeight()));
    }
    screens.keep();
    later.stop();
    pulse.stop();
    statusBar.stop();
    activity.close();
    screens.close();
    ahead.close();
    stage.close();
    tasks.close();
  }
}
