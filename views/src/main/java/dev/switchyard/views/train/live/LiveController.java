package dev.switchyard.views.train.live;

import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.task.Pulse;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.train.change.ChangeController;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.scene.Node;

/** The live screen: a run in training, or the replay of one. */
public final class LiveController implements AutoCloseable {
  private static final double FRAMES_PER_SECOND = 60;

  /** Figures and lines change no faster than they can be read. */
  private static final long BETWEEN_FIGURES = TimeUnit.MILLISECONDS.toNanos(125);

  /** What the live screen asks of the rest of the program. */
  public interface Requests {
    /** Open the weights of the run that is shown in the explorer. */
    void exploreWeights(Session session);

    /** Open the weights of the run that is shown, as they are now, in the inspector. */
    void inspectWeights(Session session);

    /**
     * Go on with a run that is over.
     *
     * @param steps null: to the steps that it was meant for
     * @param changes settings that change
     */
    void goOn(Path folder, Long steps, Map<String, String> changes);

    /** Another run or replay, or the form: the choices behind the name. */
    List<Destination> destinations();
  }

  /** Somewhere to go from the name of the run. */
  public record Destination(String name, boolean chosen, Runnable go) {}

  private final Tasks tasks;
  private final Requests requests;
  private final LiveModel model = new LiveModel();
  private final ChangeController change = new ChangeController();
  private final BatchWatch batches = new BatchWatch(model);
  private final LiveActions actions = new LiveActions(model, this);
  private final LiveView view;
  private final Pulse pulse;
  private RunHistory seenHistory;
  private long seenVersion = -1;
  private int seenLayer = -1;
  private long seenLoad = -1;
  private long figuresAt;
  private long lastBeat;

  /** The screen with nothing on it yet. */
  public LiveController(Tasks tasks, Appearance appearance, Saving saving, Requests requests) {
    this.tasks = tasks;
    this.requests = requests;
    view = new LiveView(model, appearance, saving, this, change.view());
    pulse = Pulse.ofPictures(view, FRAMES_PER_SECOND, this::draw);
    model.layer.subscribe(l -> refresh());
  }

  /** The screen. */
  public Node view() {
    return view;
  }

  /** What quality is drawn over, by name. */
  public String axis() {
    return model.axis.get().name();
  }

  /** Draws quality over the axis of a name, if there is one. */
  public void showAxis(String name) {
    Arrays.stream(LiveModel.Axis.values())
        .filter(axis -> axis.name().equals(name))
        .forEach(model.axis::set);
  }

  /** What can be done with what is shown. */
  public List<Action> actions() {
    return actions.all();
  }

  /** What can be done, for the buttons. */
  LiveActions offered() {
    return actions;
  }

  /** Shows a run or a replay. */
  public void show(Session session) {
    change.withdraw();
    model.session.set(session);
    seenVersion = -1;
    model.layer.set(0);
    model.held.set(false);
    if (!isTrainedHere(session)) {
      model.tokens.set(false);
    }
    lastBeat = 0;
    refresh();
  }

  /** What is shown; null: nothing. */
  public Session session() {
    return model.session.get();
  }

  /** State of what is shown: "running", "paused", ... */
  public ReadOnlyStringProperty stateProperty() {
    return model.state;
  }

  /** The screen is seen: it is kept up to date. */
  public void enter() {
    lastBeat = 0;
    pulse.start();
  }

  /** The screen is not seen: nothing is repainted. */
  public void leave() {
    pulse.stop();
  }

  /** Draws what is new; whether anything was. */
  private boolean draw() {
    Session session = model.session.get();
    if (session == null) {
      return false;
    }
    move(session);
    boolean batch = batches.look();
    long now = System.nanoTime();
    if (now - figuresAt >= BETWEEN_FIGURES) {
      figuresAt = now;
      return drawAll(session) || batch;
    }
    long version = session.history().version();
    if (version == seenLoad) {
      return batch;
    }
    seenLoad = version;
    model.load.set(session.history().load(model.layer.get()));
    return true;
  }

  /** A replay goes on with the window's clock. */
  private void move(Session session) {
    if (session instanceof Replay replay) {
      long now = System.nanoTime();
      replay.advance(lastBeat == 0 ? 0 : Math.min(0.5, (now - lastBeat) / 1e9));
      lastBeat = now;
    }
  }

  /** Brings the screen up to date. */
  void refresh() {
    Session session = model.session.get();
    if (session != null) {
      move(session);
      batches.look();
      drawAll(session);
    }
  }

  private boolean drawAll(Session session) {
    RunHistory history = session.history();
    long version = history.version();
    int layer = model.layer.get();
    boolean fresh = history != seenHistory || version != seenVersion || layer != seenLayer;
    if (fresh) {
      seenHistory = history;
      seenVersion = version;
      seenLoad = version;
      seenLayer = layer;
      model.read(history.snapshot(layer));
    }
    model.read(session);
    return fresh;
  }

  void start() {
    command(session -> session.run().start());
  }

  void pause() {
    command(session -> session.run().pause());
  }

  void resume() {
    command(session -> session.run().resume());
  }

  void singleStep() {
    command(session -> session.run().singleStep());
  }

  void checkpoint() {
    command(session -> session.run().checkpointNow());
  }

  void stop() {
    command(session -> session.run().stop());
  }

  private void command(Consumer<RunSession> command) {
    if (model.session.get() instanceof RunSession session) {
      try {
        command.accept(session);
      } catch (RuntimeException e) {
        tasks.tell(e);
      }
      refresh();
    }
  }

  /** Asks what is to change: between two steps, or, where the run is over, before it goes on. */
  void change() {
    if (!(model.session.get() instanceof RunSession session) || session.isElsewhere()) {
      return;
    }
    if (change.isAsking()) {
      change.withdraw();
      return;
    }
    TrainingRun run = session.run();
    if (run.state().isOver()) {
      change.ask(
          run.config(),
          session.failure().contains("learning_rate") ? halved(run.config()) : Map.of(),
          "The run goes on from its newest checkpoint. What you change here stands in its history.",
          "Go on",
          false,
          changes -> requests.goOn(run.folder(), null, changes));
    } else {
      change.ask(
          run.config(),
          Map.of(),
          "From the next step on. A checkpoint is taken first; the change stands in the run’s"
              + " history.",
          "Change",
          true,
          changes -> command(each -> each.run().change(changes)));
    }
  }

  /** What most often helps a run that diverged. */
  private static Map<String, String> halved(RunConfig config) {
    return Map.of("learning_rate", SettingsRecord.text(config.training().learningRate() / 2));
  }

  /** Puts the tokens of the batch in the charts' place, or the charts back. */
  void toggleTokens() {
    model.tokens.set(!model.tokens.get());
    batches.look();
  }

  private static boolean isTrainedHere(Session session) {
    return session instanceof RunSession run && run.run().isTrainedHere();
  }

  void inspectWeights() {
    requests.inspectWeights(model.session.get());
  }

  void exploreWeights() {
    requests.exploreWeights(model.session.get());
  }

  void goOn(Long steps) {
    if (model.session.get() instanceof RunSession session) {
      requests.goOn(session.run().folder(), steps, Map.of());
    }
  }

  /** To which steps a run that is over can be trained on; empty: none is. */
  List<Long> further() {
    if (!(model.session.get() instanceof RunSession session)
        || !List.of("finished", "failed", "stopped").contains(session.state())) {
      return List.of();
    }
    List<Long> steps = new ArrayList<>();
    if (session.step() < session.steps()) {
      steps.add(session.steps());
    }
    for (double factor : new double[] {1.5, 2, 5}) {
      steps.add((long) Math.ceil(Math.max(1, session.steps()) * factor));
    }
    return steps;
  }

  List<Destination> destinations() {
    return requests.destinations();
  }

  void togglePlaying() {
    replay(replay -> replay.setPlaying(!replay.isPlaying()));
  }

  void setSpeed(int speed) {
    replay(replay -> replay.setSpeed(speed));
  }

  void seek(int position) {
    replay(
        replay -> {
          if (position != replay.position()) {
            replay.seek(position);
          }
        });
  }

  private void replay(Consumer<Replay> change) {
    if (model.session.get() instanceof Replay replay) {
      change.accept(replay);
      refresh();
    }
  }

  @Override
  public void close() {
    pulse.stop();
  }
}
