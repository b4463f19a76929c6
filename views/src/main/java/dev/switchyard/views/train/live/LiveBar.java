package dev.switchyard.views.train.live;

import atlantafx.base.controls.ProgressSliderSkin;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.component.StatePill;
import dev.switchyard.views.theme.Icons;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import javafx.beans.binding.Bindings;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.CheckMenuItem;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.Slider;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/**
 * The live screen's top: what runs and how far it is at the left, what can be done at the right.
 */
final class LiveBar extends VBox {
  private static final double NARROW = 1200;
  private static final double NARROWEST = 1000;
  private static final double MOST_NAME = 240;

  private final LiveModel model;
  private final LiveController controller;
  private final MenuButton name = new MenuButton();
  private final HBox actions = new HBox(8);
  private final Button start;
  private final Button pause;
  private final Button resume;
  private final Button step;
  private final Button checkpoint;
  private final Button stop;
  private final Button change;
  private final Button tokens;
  private final Button explore;
  private final Button inspect;
  private final MenuButton goOn = new MenuButton("Train further");
  private final Button play;
  private final Choice<Integer> speed = new Choice<>(6, s -> s + "×");
  private final Slider position = new Slider(0, 1, 0);
  private boolean following;

  LiveBar(LiveModel model, LiveController controller) {
    this.model = model;
    this.controller = controller;
    getStyleClass().add("live-bar");
    LiveActions offered = controller.offered();
    start = named("start", Buttons.primary("Start", Feather.PLAY, offered.start));
    pause = named("pause", Buttons.plain("Pause", Feather.PAUSE, offered.pause));
    resume = named("resume", Buttons.primary("Resume", Feather.PLAY, offered.resume));
    step = named("step", Buttons.plain("Step", Feather.SKIP_FORWARD, offered.step));
    checkpoint = named("checkpoint", Buttons.plain("Checkpoint", Feather.SAVE, offered.checkpoint));
    stop = named("stop", Buttons.ending("Stop", Feather.SQUARE, offered.stop));
    tokens = named("batch-tokens", Buttons.plain("Tokens", Feather.GRID, offered.tokens));
    explore = named("explore-weights", Buttons.plain("Explore", Feather.SEARCH, offered.explore));
    inspect = named("inspect-weights", Buttons.plain("Inspect", Feather.BOX, offered.inspect));
    change = named("change", Buttons.plain("Change", Feather.SLIDERS, offered.change));
    play = named("play", Buttons.primary("Play", Feather.PLAY, offered.play));
    explain(step, "Train one step, then pause", offered.step);
    checkpoint.setTooltip(Glossary.tooltip(Term.CHECKPOINT.title(), Term.CHECKPOINT.meaning(), ""));
    offered.checkpoint.tell(checkpoint);
    explain(stop, "Take a checkpoint and end the run; it can go on later", offered.stop);
    explain(
        tokens,
        "Where every token of the batch in training goes, instead of the charts",
        offered.tokens);
    explain(explore, "Open the explorer with the weights as they are now", offered.explore);
    explain(
        inspect,
        "Open every weight as it is now; a checkpoint of this step is taken first",
        offered.inspect);
    explain(
        change,
        "Change learning rate, capacity, jitter or loss weights; a checkpoint is taken first, and"
            + " the change stands in the run’s history",
        offered.change);
    goOn.getStyleClass().addAll("sy-button", "menu");
    goOn.setGraphic(Icons.of(Feather.FAST_FORWARD));
    goOn.setId("go-on");
    goOn.setMinWidth(Region.USE_PREF_SIZE);
    goOn.setOnShowing(e -> fillGoOn());
    goOn.getItems().add(new MenuItem("…"));
    speed.setItems(Replay.SPEEDS);
    HBox bar = new HBox(12, left(), actions);
    bar.getStyleClass().add("top-bar");
    bar.setAlignment(Pos.CENTER_LEFT);
    actions.setAlignment(Pos.CENTER_RIGHT);
    actions.setMinWidth(Region.USE_PREF_SIZE);
    getChildren().addAll(bar, progress());
    model.state.subscribe(s -> showActions());
    model.elsewhere.subscribe(e -> showActions());
    widthProperty().subscribe(width -> fit(width.doubleValue()));
    model.playing.subscribe(p -> showPlay());
    model.tokens.subscribe(
        shown -> {
          tokens.setText(shown ? "Charts" : "Tokens");
          tokens.setGraphic(Icons.of(shown ? Feather.ACTIVITY : Feather.GRID));
          showActions();
        });
    speed
        .valueProperty()
        .addListener(
            (o, before, now) -> {
              if (now != null && now != model.speed.get()) {
                controller.setSpeed(now);
              }
            });
    model.speed.subscribe(s -> speed.valueProperty().set(s.intValue()));
  }

  private static void explain(Button button, String what, Action action) {
    button.setTooltip(new Tooltip(what));
    action.tell(button);
  }

  /** Where it is narrow some buttons show their icon alone, so that name and pace have room. */
  private void fit(double width) {
    List.of(checkpoint, tokens, explore, inspect).forEach(each -> showWord(each, width >= NARROW));
    List.of(step, change, stop).forEach(each -> showWord(each, width >= NARROWEST));
  }

  private static void showWord(Button button, boolean word) {
    button.setAccessibleText(button.getText());
    button.setContentDisplay(word ? ContentDisplay.LEFT : ContentDisplay.GRAPHIC_ONLY);
  }

  /** The run's name is shortened last: before it what is said of the pace. */
  private void fitName() {
    name.setMinWidth(Math.min(MOST_NAME, name.prefWidth(-1)));
  }

  private static Button named(String id, Button button) {
    button.setId(id);
    return button;
  }

  private Node left() {
    name.getStyleClass().addAll("run-name", "strong");
    name.setId("run-name");
    name.textProperty().bind(model.name);
    name.setMnemonicParsing(false);
    name.textProperty().subscribe(text -> fitName());
    name.fontProperty().subscribe(font -> fitName());
    name.setOnShowing(e -> fillNames());
    name.getItems().add(new MenuItem("…"));
    StatePill pill = new StatePill();
    pill.setId("state");
    model.state.subscribe(pill::show);
    Label word = new Label("step");
    word.getStyleClass().add("muted");
    word.setMinWidth(Region.USE_PREF_SIZE);
    Label number = new Label();
    number.setId("step-number");
    number.getStyleClass().addAll("mono", "step-number");
    number.setMinWidth(Region.USE_PREF_SIZE);
    number.textProperty().bind(model.step);
    Label pace = new Label();
    pace.setId("pace");
    pace.getStyleClass().add("muted");
    pace.textProperty().bind(model.pace);
    Label elsewhere = new Label("in another process");
    elsewhere.setId("elsewhere");
    elsewhere.getStyleClass().addAll("pill", "tag");
    elsewhere.setMinWidth(Region.USE_PREF_SIZE);
    elsewhere.setTooltip(
        new Tooltip(
            "Its folder is read as it grows; what you press here is asked of that process. To leave"
                + " this screen does not end it."));
    elsewhere.visibleProperty().bind(model.elsewhere);
    elsewhere.managedProperty().bind(model.elsewhere);
    HBox left = new HBox(10, name, pill, elsewhere, word, number, pace);
    left.setAlignment(Pos.CENTER_LEFT);
    left.setMinWidth(0);
    HBox.setHgrow(left, Priority.ALWAYS);
    return left;
  }

  private Node progress() {
    ProgressBar bar = new ProgressBar();
    bar.getStyleClass().add("run-progress");
    bar.setMaxWidth(Double.MAX_VALUE);
    bar.progressProperty().bind(model.progress);
    var replaying = model.state.isEqualTo("replay");
    bar.visibleProperty().bind(replaying.not());
    bar.managedProperty().bind(replaying.not());
    position.getStyleClass().addAll("timeline", "progress-slider");
    position.setSkin(new ProgressSliderSkin(position));
    position.setId("position");
    position.maxProperty().bind(Bindings.max(1, model.length));
    position.visibleProperty().bind(replaying);
    position.managedProperty().bind(replaying);
    model.position.subscribe(
        p -> {
          following = true;
          position.setValue(p.intValue());
          following = false;
        });
    position
        .valueProperty()
        .addListener(
            (o, before, now) -> {
              if (!following) {
                controller.seek((int) Math.round(now.doubleValue()));
              }
            });
    return new VBox(bar, position);
  }

  /** Only what can be done now stands there; an action keeps its place among the others. */
  private void showActions() {
    List<Node> now =
        switch (model.state.get()) {
          case "ready" -> List.of(start, step, change, tokens, explore, inspect);
          case "running" -> List.of(pause, checkpoint, tokens, explore, inspect, stop);
          case "paused" ->
              List.of(resume, step, checkpoint, change, tokens, explore, inspect, stop);
          case "replay" -> List.of(play, speed, explore);
          case "finished", "failed" ->
              model.tokens.get()
                  ? List.of(goOn, tokens, explore, inspect)
                  : List.of(goOn, explore, inspect);
          // Stopping: nothing can be done until the checkpoint is taken.
          default -> List.of();
        };
    if (model.elsewhere.get()) {
      // What changes a run, and its batches, belong to the process that trains it.
      now = now.stream().filter(each -> !each.equals(change) && !each.equals(tokens)).toList();
    }
    actions.getChildren().setAll(now);
  }

  private void showPlay() {
    play.setText(model.playing.get() ? "Pause" : "Play");
    play.setGraphic(Icons.of(model.playing.get() ? Feather.PAUSE : Feather.PLAY));
  }

  private void fillNames() {
    name.getItems().clear();
    for (LiveController.Destination destination : controller.destinations()) {
      CheckMenuItem item = new CheckMenuItem(destination.name());
      item.setMnemonicParsing(false);
      item.setSelected(destination.chosen());
      item.setOnAction(e -> destination.go().run());
      name.getItems().add(item);
    }
  }

  private void fillGoOn() {
    goOn.getItems().clear();
    Session session = model.session.get();
    for (Long steps : controller.further()) {
      boolean meant = steps == session.steps();
      further(
          "to step %s%s".formatted(Figures.whole(steps), meant ? ", as it was meant" : ""),
          meant ? null : steps);
    }
  }

  private void further(String text, Long steps) {
    MenuItem item = new MenuItem(text);
    item.setOnAction(e -> controller.goOn(steps));
    goOn.getItems().add(item);
  }
}
