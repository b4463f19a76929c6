package dev.switchyard.views.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.navigation.Navigator;
import dev.switchyard.views.navigation.Screen;
import dev.switchyard.views.task.Pulse;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.train.form.TrainFormController;
import dev.switchyard.views.train.live.LiveController;
import dev.switchyard.views.train.live.LiveController.Destination;
import dev.switchyard.views.train.live.Replay;
import dev.switchyard.views.train.live.RunSession;
import dev.switchyard.views.train.live.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.Node;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.StackPane;

/**
 * The Train screen: the form of a new run, the run that is open, one that another process trains,
 * or a replay.
 */
public final class TrainController implements Screen {
  private final Workbench workbench;
  private final Tasks tasks;
  private final Navigator navigator;
  private final TrainFormController form;
  private final LiveController live;
  private final Opening opening = new Opening();
  private final RunningElsewhere elsewhere;
  private final StackPane view;
  private final ReadOnlyObjectWrapper<TrainingRun> run = new ReadOnlyObjectWrapper<>();
  private final ReadOnlyStringWrapper status = new ReadOnlyStringWrapper("");
  private RunSession session;
  private RunSession watched;
  private Replay replay;
  private boolean shown;

  /** What stands above the form goes with the runs that it names. */
  private final Pulse looking = new Pulse(0.4, this::lookAgain);

  /** The screen, with the form on it. */
  public TrainController(
      Workbench workbench, Tasks tasks, Appearance appearance, Saving saving, Navigator navigator) {
    this.workbench = workbench;
    this.tasks = tasks;
    this.navigator = navigator;
    form =
        new TrainFormController(
            workbench,
            tasks,
            () -> isTraining() ? busy().getMessage() : "",
            created -> open(created, true));
    live = new LiveController(tasks, appearance, saving, new LiveRequests());
    elsewhere = new RunningElsewhere(this::watch);
    BorderPane fresh = new BorderPane(form.view());
    fresh.setTop(elsewhere);
    view = new StackPane(fresh, live.view(), opening);
    see(fresh);
  }

  /** Shows one of the screen's three faces. */
  private void see(Node face) {
    view.getChildren().forEach(each -> each.setVisible(each.equals(face)));
  }

  private Node formFace() {
    return view.getChildren().getFirst();
  }

  @Override
  public Node view() {
    return view;
  }

  /** The run that is open, in training or over; null: none. */
  public ReadOnlyObjectProperty<TrainingRun> runProperty() {
    return run.getReadOnlyProperty();
  }

  /** Where what is shown comes from. */
  @Override
  public ReadOnlyStringProperty statusProperty() {
    return status.getReadOnlyProperty();
  }

  @Override
  public void enter() {
    shown = true;
    if (live.view().isVisible()) {
      live.enter();
    } else if (!opening.isVisible()) {
      form.enter(null, List.of());
    }
    lookElsewhere();
    looking.start();
  }

  private void lookAgain() {
    if (formFace().isVisible() && !elsewhere.runs().isEmpty() && !tasks.isUnderWay(lookKey())) {
      lookElsewhere();
    }
  }

  private String lookKey() {
    return this + "elsewhere";
  }

  /** Finds the runs that other processes train. */
  private void lookElsewhere() {
    tasks.run(
        lookKey(),
        "",
        () ->
            workbench.runs().stream()
                .filter(each -> workbench.isTrainedElsewhere(each.folder()))
                .toList(),
        elsewhere::show);
  }

  @Override
  public void leave() {
    shown = false;
    live.leave();
    looking.stop();
  }

  @Override
  public Map<String, String> state() {
    Map<String, String> state = new LinkedHashMap<>(form.state());
    state.put("axis", live.axis());
    return state;
  }

  @Override
  public void restore(UnaryOperator<String> state) {
    form.restore(state);
    live.showAxis(state.apply("axis"));
  }

  @Override
  public List<Action> actions() {
    List<Action> all = new ArrayList<>();
    all.add(
        Action.of("new-run", "New run …", () -> navigator.newRun(null, List.of()))
            .foundBy("form train create start settings")
            .on("Shortcut+N")
            .fromAnywhere());
    all.addAll(form.actions());
    all.addAll(live.actions());
    if (session != null) {
      all.add(
          Action.of("show-run", "Show the run " + session.name(), this::showRun)
              .foundBy("live training"));
    }
    for (Workbench.RunSummary each : elsewhere.runs()) {
      all.add(
          Action.of(
                  "follow-" + each.name(),
                  "Follow the run " + each.name() + " of another process",
                  () -> watch(each.folder()))
              .foundBy("live training watch background"));
    }
    return all;
  }

  /** Shows the form. */
  public void showForm(String preset, List<Path> texts) {
    live.leave();
    see(formFace());
    status.set("");
    form.enter(preset, texts);
  }

  /** Something is being opened: until it is there, the screen says so. */
  private void await(String what) {
    live.leave();
    opening.say(what);
    see(opening);
  }

  /** What was to be opened can't be: back to what stood there. */
  private void openingFailed(Throwable problem) {
    tasks.tell(problem);
    lookElsewhere();
    Session before = live.session();
    if (before == null) {
      showForm(null, List.of());
    } else {
      showLive(before);
    }
  }

  private void showLive(Session what) {
    see(live.view());
    live.show(what);
    status.set(
        switch (what) {
          case RunSession open -> "run folder: " + open.run().folder();
          case Replay played -> "recording of " + played.source();
        });
    if (shown) {
      live.enter();
    }
  }

  /** Shows the run that is open. */
  private void showRun() {
    if (session == null) {
      showForm(null, List.of());
    } else {
      showLive(session);
    }
  }

  /** Reads a recording and plays it. */
  public void replay(String source) {
    await("Reading the recording of " + source);
    tasks.run(
        this + "open",
        "reading the recording of " + source,
        () -> {
          Workbench.Recording recording = workbench.recording(source);
          if (recording.reports().isEmpty()) {
            throw new InputException("%s has no recorded steps to replay.".formatted(source));
          }
          return new Replay(recording, source);
        },
        read -> {
          replay = read;
          showLive(read);
        },
        this::openingFailed);
  }

  /** Follows a run that another process trains. */
  private void watch(Path folder) {
    if (watched != null && watched.run().folder().equals(folder) && !watched.isOver()) {
      showLive(watched);
      return;
    }
    await("Reading what " + folder.getFileName() + " did so far");
    tasks.run(
        this + "open",
        "reading " + folder.getFileName(),
        () -> new RunSession(workbench.watch(folder)),
        made -> {
          release(watched);
          watched = made;
          showLive(made);
        },
        this::openingFailed);
  }

  /**
   * Opens a run that exists, ready to go on; one that another process trains is followed.
   *
   * @param steps the run's new total; null leaves it
   * @param changes settings that change; see {@link Workbench#reopen}
   * @param start whether it goes on at once
   */
  public void reopen(Path folder, Long steps, Map<String, String> changes, boolean start) {
    if (session != null
        && session.run().folder().equals(folder)
        && !session.run().state().isOver()) {
      showRun();
      return;
    }
    TrainingRun old = run.get();
    boolean training = isTraining();
    InputException busy = training ? busy() : null;
    await("Opening " + folder.getFileName());
    tasks.run(
        this + "open",
        "opening " + folder.getFileName(),
        () -> {
          if (workbench.isTrainedElsewhere(folder)) {
            return Optional.<TrainingRun>empty();
          }
          if (busy != null) {
            throw busy;
          }
          if (old != null && old.folder().equals(folder)) {
            old.close(); // its folder is complete and free before it is opened again
          }
          return Optional.of(workbench.reopen(folder, steps, changes));
        },
        opened -> {
          if (opened.isEmpty()) {
            watch(folder);
          } else {
            open(opened.get(), start);
          }
        },
        this::openingFailed);
  }

  private InputException busy() {
    return new InputException(
        "%s is still training: stop it first, or wait until it is done.".formatted(session.name()));
  }

  /** Whether a run would be lost sight of if the window closed now. */
  public boolean isTraining() {
    return session != null
        && !session.run().state().isOver()
        && session.run().state() != RunState.READY;
  }

  private void open(TrainingRun opened, boolean start) {
    if (isTraining()) {
      tasks.tell(busy());
      close(opened);
      return;
    }
    tasks.run(
        this + "session",
        "",
        () -> new RunSession(opened),
        made -> {
          release(session);
          session = made;
          run.set(opened);
          showLive(made);
          if (start) {
            opened.start();
          }
        });
  }

  private void release(RunSession old) {
    if (old != null) {
      tasks.run(
          old,
          "",
          () -> {
            old.close();
            old.run().close();
            return null;
          },
          done -> {});
    }
  }

  private void close(TrainingRun unwanted) {
    tasks.run(
        unwanted,
        "",
        () -> {
          unwanted.close();
          return null;
        },
        done -> {});
  }

  /**
   * Ends the run in training with a checkpoint, so that the window can close.
   *
   * @param inBackground whether it is then to go on in a process of its own
   * @param done when that is so
   * @param failed with what went wrong; the run stands as it does then
   */
  public void endTraining(boolean inBackground, Runnable done, Consumer<Throwable> failed) {
    TrainingRun training = run.get();
    tasks.run(
        this + "end",
        inBackground ? "handing the run over" : "taking a checkpoint",
        () -> {
          training.stop();
          RunState state = training.await();
          boolean unfinished = training.step() < training.config().training().steps();
          if (inBackground && unfinished && state == RunState.FINISHED) {
            workbench.goOnInBackground(training.folder());
          }
          return state;
        },
        state -> done.run(),
        failed);
  }

  /** Stops the screen and lets its run go; a run in training is stopped first. */
  @Override
  public void close() {
    live.close();
    looking.stop();
    release(session);
    release(watched);
    session = null;
    watched = null;
  }

  /** Where the live screen leads. */
  private final class LiveRequests implements LiveController.Requests {
    @Override
    public void exploreWeights(Session shownSession) {
      if (shownSession instanceof Replay played) {
        navigator.explore(played.source());
      } else if (shownSession instanceof RunSession open
          && (open.isElsewhere() || open.run().state().isOver())) {
        navigator.explore(open.run().folder().toString());
      } else {
        navigator.exploreTraining();
      }
    }

    @Override
    public void inspectWeights(Session shownSession) {
      if (shownSession instanceof Replay played) {
        navigator.inspect(played.source());
      } else if (shownSession instanceof RunSession open) {
        if (open.run().state().isOver()) {
          navigator.inspect(open.run().folder().toString());
          return;
        }
        tasks.follow(
            TrainController.this + "weights",
            "taking a checkpoint",
            () -> open.run().currentWeights(),
            folder -> navigator.inspect(folder.toString()),
            tasks::tell);
      }
    }

    @Override
    public void goOn(Path folder, Long steps, Map<String, String> changes) {
      reopen(folder, steps, changes, true);
    }

    @Override
    public List<Destination> destinations() {
      List<Destination> all = new ArrayList<>();
      Session now = live.session();
      if (session != null) {
        all.add(
            new Destination(
                session.name() + " · " + session.state(),
                session.equals(now),
                () -> showLive(session)));
      }
      if (watched != null) {
        all.add(
            new Destination(
                watched.name() + " · " + watched.state() + " in another process",
                watched.equals(now),
                () -> showLive(watched)));
      }
      for (Workbench.RunSummary each : elsewhere.runs()) {
        if (watched == null || !watched.run().folder().equals(each.folder())) {
          all.add(
              new Destination(
                  each.name() + " · " + each.state() + " in another process",
                  false,
                  () -> watch(each.folder())));
        }
      }
      if (replay != null) {
        all.add(
            new Destination(
                "Replay of " + replay.name(), replay.equals(now), () -> showLive(replay)));
      }
      all.add(new Destination("New run …", false, () -> showForm(null, List.of())));
      return all;
    }
  }
}
