package dev.switchyard.views.train.live;

import dev.switchyard.views.action.Action;
import dev.switchyard.views.words.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableBooleanValue;

/** What can be done with the run or the replay that is open. */
final class LiveActions {
  final Action start;
  final Action pause;
  final Action resume;
  final Action step;
  final Action checkpoint;
  final Action stop;
  final Action change;
  final Action tokens;
  final Action explore;
  final Action inspect;
  final Action play;
  private final LiveModel model;
  private final LiveController controller;
  private final List<Action> fixed = new ArrayList<>();

  LiveActions(LiveModel model, LiveController controller) {
    this.model = model;
    this.controller = controller;
    start =
        add(
            Action.of("start", "Start the training", controller::start)
                .foundBy("run begin")
                .on("Shortcut+ENTER")
                .when(in("ready"))
                .fromAnywhere());
    pause =
        add(
            Action.of("pause", "Pause the training", controller::pause)
                .foundBy("run hold")
                .on("Shortcut+P")
                .when(in("running"))
                .fromAnywhere());
    resume =
        add(
            Action.of("resume", "Resume the training", controller::resume)
                .foundBy("run go on continue")
                .on("Shortcut+R")
                .when(in("paused"))
                .fromAnywhere());
    step =
        add(
            Action.of("step", "Train a single step", controller::singleStep)
                .foundBy("run one")
                .on("Shortcut+PERIOD")
                .when(in("ready", "paused"))
                .fromAnywhere());
    checkpoint =
        add(
            Action.of("checkpoint", "Take a checkpoint now", controller::checkpoint)
                .foundBy("run save weights")
                .on("Shortcut+S")
                .when(in("running", "paused"))
                .fromAnywhere());
    stop =
        add(
            Action.of("stop", "Stop the training with a checkpoint", controller::stop)
                .foundBy("run end")
                .on("Shortcut+Shift+S")
                .when(in("running", "paused"))
                .fromAnywhere());
    tokens =
        add(
            Action.of(
                    "batch-tokens",
                    "Show the tokens of the batch, or the charts",
                    controller::toggleTokens)
                .foundBy("live experts dropped every token step routing")
                .on("Alt+B")
                .when(model.trainedHere));
    explore =
        add(
            Action.of(
                    "explore-weights",
                    "Explore the weights as they are now",
                    controller::exploreWeights)
                .foundBy("microscope run training")
                .on("Shortcut+E")
                .when(in("ready", "running", "paused", "replay", "finished", "failed", "stopped")));
    inspect =
        add(
            Action.of(
                    "inspect-weights",
                    "Inspect every weight as it is now",
                    controller::inspectWeights)
                .foundBy("tensors norms histograms run training")
                .on("Shortcut+I")
                .when(in("ready", "running", "paused", "finished", "failed", "stopped")));
    change =
        add(
            Action.of("change", "Change settings of the run …", controller::change)
                .foundBy("learning rate capacity jitter loss weight")
                .on("Shortcut+Shift+C")
                .when(
                    Bindings.createBooleanBinding(
                        () ->
                            model.session.get() != null
                                && !model.elsewhere.get()
                                && List.of("ready", "paused", "failed").contains(model.state.get()),
                        model.session,
                        model.elsewhere,
                        model.state)));
    play =
        add(
            Action.of("play", "Play or pause the replay", controller::togglePlaying)
                .foundBy("recording")
                .on("Shortcut+SPACE")
                .when(in("replay")));
    for (LiveModel.Axis axis : LiveModel.Axis.values()) {
      String name = axis.name().toLowerCase(Locale.ROOT);
      add(
          Action.of("axis-" + name, "Draw quality over " + name, () -> model.axis.set(axis))
              .foundBy("chart axis live")
              .on("Alt+" + (axis.ordinal() + 1))
              .when(model.session.isNotNull()));
    }
  }

  private ObservableBooleanValue in(String... states) {
    List<String> all = List.of(states);
    return Bindings.createBooleanBinding(
        () -> model.session.get() != null && all.contains(model.state.get()),
        model.session,
        model.state);
  }

  private Action add(Action action) {
    fixed.add(action);
    return action;
  }

  /** All of them, with how far a run that is over can be trained further. */
  List<Action> all() {
    List<Action> all = new ArrayList<>(fixed);
    controller
        .further()
        .forEach(
            steps ->
                all.add(
                    Action.of(
                            "further-" + steps,
                            "Train further to step " + Figures.whole(steps),
                            () -> controller.goOn(steps))
                        .foundBy("resume run go on")));
    for (int speed : Replay.SPEEDS) {
      all.add(
          Action.of(
                  "speed-" + speed,
                  "Replay at %d×".formatted(speed),
                  () -> controller.setSpeed(speed))
              .foundBy("speed recording")
              .when(in("replay")));
    }
    return all;
  }
}
