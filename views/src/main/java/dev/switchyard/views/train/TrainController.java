package dev.switchyard.views.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.navigation.Navigator;
import dev.switchyard.views.navigation.Screen;
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
import java.util.List;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.Node;
import javafx.scene.layout.StackPane;

/** The Train screen: the form of a new run, the run that is open, or a replay. */
public final class TrainController implements Screen {
  private final Workbench workbench;
  private final Tasks tasks;
  private final Navigator navigator;
  private final TrainFormController form;
  private final LiveController live;
  private final StackPane view;
  private final ReadOnlyObjectWrapper<TrainingRun> run = new ReadOnlyObjectWrapper<>();
  private final ReadOnlyStringWrapper status = new ReadOnlyStringWrapper("");
  private RunSession session;
  private Replay replay;
  private boolean shown;

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
    view = new StackPane(form.view(), live.view());
    live.view().setVisible(false);
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
    } else {
      form.enter(null, List.of());
    }
  }

  @Override
  public void leave() {
    shown = false;
    live.leave();
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
    return all;
  }

  /** Shows the form. */
  public void showForm(String preset, List<Path> texts) {
    live.leave();
    live.view().setVisible(false);
    form.view().setVisible(true);
    status.set("");
    form.enter(preset, texts);
  }

  private void showLive(Session what) {
    form.view().setVisible(false);
    live.view().setVisible(true);
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
    tasks.run(
        this + "replay",
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
        });
  }

  /** Opens a run that exists, ready to go on. */
  public void reopen(Path folder, Long steps, boolean start) {
    if (session != null
        && session.run().folder().equals(folder)
        && !session.run().state().isOver()) {
      showRun();
      return;
    }
    if (isTraining()) {
      tasks.tell(busy());
      return;
    }
    TrainingRun old = run.get();
    tasks.run(
        this + "reopen",
        "opening " + folder.getFileName(),
        () -> {
          if (old != null && old.folder().equals(folder)) {
            old.close(); // its folder is complete and free before it is opened again
          }
          return workbench.reopen(folder, steps);
        },
        reopened -> open(reopened, start));
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
          release();
          session = made;
          run.set(opened);
          showLive(made);
          if (start) {
            opened.start();
          }
        });
  }

  private void release() {
    if (session != null) {
      RunSession old = session;
      session = null;
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

  /** Stops the screen and lets its run go; a run in training is stopped first. */
  @Override
  public void close() {
    live.close();
    release();
  }

  /** Where the live screen leads. */
  private final class LiveRequests implements LiveController.Requests {
    @Override
    public void exploreWeights(Session shownSession) {
      if (shownSession instanceof Replay played) {
        navigator.explore(played.source());
      } else if (session != null && session.run().state().isOver()) {
        navigator.explore(session.run().folder().toString());
      } else {
        navigator.exploreTraining();
      }
    }

    @Override
    public void goOn(Path folder, Long steps) {
      reopen(folder, steps, true);
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
