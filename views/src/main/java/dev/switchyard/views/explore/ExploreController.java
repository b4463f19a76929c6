package dev.switchyard.views.explore;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.generate.GenerateController;
import dev.switchyard.views.navigation.Screen;
import dev.switchyard.views.preference.PreferenceController;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javafx.animation.PauseTransition;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.scene.Node;
import javafx.util.Duration;

/** The explorer: a model under the microscope, a text, and every token's way. */
public final class ExploreController implements Screen {
  private static final long MOST_TEXT = 64 << 10;
  private static final Duration BETWEEN_LOOKS = Duration.seconds(2);

  private final Workbench workbench;
  private final Tasks tasks;
  private final ExploreModel model = new ExploreModel();
  private final PauseTransition looking = new PauseTransition(BETWEEN_LOOKS);
  private final TextRouting routing;
  private final GenerateController generate;
  private final PreferenceController preferences;
  private final ExploreActions actions;
  private final ExploreView view;
  private final Saving saving;
  private final OpenedAhead ahead;
  private Microscope microscope;
  private TrainingRun training;
  private boolean shown;

  /** Whether a model was asked for since the screen was entered: what failed isn't tried again. */
  private boolean tried;

  private String opened = "";
  private String rememberedText = "";

  /**
   * The screen with its model not opened yet.
   *
   * @param ahead what is opened before anybody asks for it
   */
  public ExploreController(
      Workbench workbench, Tasks tasks, Appearance appearance, Saving saving, OpenedAhead ahead) {
    this.workbench = workbench;
    this.tasks = tasks;
    this.ahead = ahead;
    this.saving = saving;
    routing = new TextRouting(model, tasks);
    generate = new GenerateController(tasks, appearance, model.sentence, model.whatIf);
    preferences = new PreferenceController(workbench, tasks, appearance, saving);
    actions = new ExploreActions(model, routing, this);
    view =
        new ExploreView(
            model, appearance.themeProperty(), this, actions, generate, preferences, saving);
    model.preferences.bind(preferences.resultProperty());
    generate.setOnPutAway(() -> model.page.set(Page.TEXT));
    generate.openProperty().subscribe(this::followWriting);
    looking.setOnFinished(e -> lookAgain());
  }

  private void followWriting(boolean open) {
    if (open) {
      model.page.set(Page.GENERATE);
    }
  }

  @Override
  public Node view() {
    return view;
  }

  @Override
  public ReadOnlyStringProperty statusProperty() {
    return routing.statusProperty();
  }

  @Override
  public Map<String, String> state() {
    return Map.of(
        "page", model.page.get().name(),
        "text", rememberedText.isEmpty() ? model.text.get() : rememberedText,
        "model", opened,
        "by_line", model.byLine.get().toString(),
        "together", model.together.get().toString());
  }

  @Override
  public void restore(UnaryOperator<String> state) {
    Arrays.stream(Page.values())
        .filter(page -> page != Page.GENERATE && page.name().equals(state.apply("page")))
        .forEach(model.page::set);
    rememberedText = state.apply("text");
    opened = state.apply("model");
    model.byLine.set(!"false".equals(state.apply("by_line")));
    model.together.set("true".equals(state.apply("together")));
  }

  /** Routes the text of a file. */
  public void readText(Path file) {
    tasks.run(
        this + "text",
        "reading " + file.getFileName(),
        () -> {
          if (Files.size(file) > MOST_TEXT) {
            throw new InputException(
                "%s is too long for the explorer (over %d kB): read it as a corpus, on the page Experts."
                    .formatted(file, MOST_TEXT >> 10));
          }
          return Files.readString(file);
        },
        model.text::set);
  }

  @Override
  public List<Action> actions() {
    return Stream.of(actions.all(), generate.actions(), preferences.actions())
        .flatMap(List::stream)
        .toList();
  }

  /** What is routed, and how it is changed. */
  TextRouting routing() {
    return routing;
  }

  /** The list of models is read, and the first sample opened if none is. */
  @Override
  public void enter() {
    shown = true;
    record Lists(List<Workbench.Sample> samples, List<Workbench.RunSummary> runs) {}
    tasks.run(
        this + "lists",
        "",
        () -> new Lists(workbench.samples(), workbench.runs()),
        lists -> {
          model.samples.setAll(lists.samples());
          model.runs.setAll(lists.runs());
          if (model.subject.get() == null && !tried && !lists.samples().isEmpty()) {
            openAgain(lists.samples().getFirst().name());
          }
        });
    if (model.subjectInTraining.get()) {
      looking.playFromStart();
    }
  }

  @Override
  public void leave() {
    shown = false;
    tried = false;
    looking.stop();
  }

  /** Opens what was open before a restart, or a sample where that is gone. */
  private void openAgain(String sample) {
    String before = opened.isEmpty() ? sample : opened;
    open(
        before,
        () -> {
          try {
            return workbench.open(before);
          } catch (InputException e) {
            return workbench.open(sample);
          }
        },
        false);
  }

  /** Opens a sample's name, a run folder, a checkpoint or a model folder. */
  public void open(String name) {
    opened = name;
    open(name, () -> workbench.open(name), false);
  }

  /** Opens the model in training. */
  public void openTraining() {
    if (training != null) {
      TrainingRun run = training;
      open(run.folder().getFileName().toString(), run::microscope, true);
    }
  }

  /** Says which run is in training; null: none. */
  public void offerTraining(TrainingRun run) {
    training = run;
    model.inTraining.set(run == null ? "" : run.folder().getFileName().toString());
    model.subjectInTraining.set(false); // what is open belongs to the run before
  }

  private void open(String name, Callable<Microscope> opener, boolean inTraining) {
    tried = true;
    model.opening.set(name);
    Consumer<Microscope> apply =
        opened -> {
          model.opening.set("");
          take(opened, inTraining);
        };
    Consumer<Throwable> failed =
        problem -> {
          model.opening.set("");
          tasks.tell(problem);
        };
    Optional<CompletableFuture<Microscope>> already =
        inTraining ? Optional.empty() : ahead.take(name);
    if (already.isPresent()) {
      tasks.follow(this + "open", "opening " + name, already::get, apply, failed);
    } else {
      tasks.run(this + "open", "opening " + name, opener, apply, failed);
    }
  }

  private void take(Microscope opened, boolean inTraining) {
    release();
    microscope = opened;
    Microscope.Subject subject = opened.subject();
    boolean untouchedText =
        model.subject.get() == null
            || model.text.get().isBlank()
            || model.subject.get().exampleTexts().contains(model.text.get());
    routing.clear();
    model.subject.set(subject);
    model.subjectInTraining.set(inTraining);
    if (!rememberedText.isEmpty()) {
      model.text.set(rememberedText);
      rememberedText = "";
    } else if (untouchedText && !subject.exampleTexts().isEmpty()) {
      model.text.set(subject.exampleTexts().getFirst());
    }
    generate.look(opened);
    preferences.look(opened);
    routing.look(opened);
    if (inTraining) {
      looking.playFromStart();
    }
  }

  private void lookAgain() {
    if (shown && training != null && model.subjectInTraining.get()) {
      if (!training.state().isOver()) {
        routing.route();
      }
      looking.playFromStart();
    }
  }

  /** Chooses a layer and a token of it. */
  void choose(int layer, int token) {
    model.layer.set(layer);
    model.token.set(token);
  }

  /** Chooses an expert; the same again lets it go. */
  void chooseExpert(int expert) {
    model.expert.set(model.expert.get() == expert ? ExploreModel.NONE : expert);
  }

  /** Asks for a model's folder and opens it. */
  void chooseFolder() {
    saving
        .prompt()
        .folder(view.getScene().getWindow(), "Open a run, a checkpoint or a model folder")
        .ifPresent(folder -> open(folder.toString()));
  }

  /** Takes the next of the model's example texts. */
  void nextExample() {
    List<String> texts = model.subject.get().exampleTexts();
    int now = texts.indexOf(model.text.get());
    model.text.set(texts.get((now + 1) % texts.size()));
  }

  /** Another layer; in the other stack the token's number may not exist. */
  void chooseLayer(int layer) {
    model.layer.set(layer);
    if (model.token.get() >= model.tokens().size()) {
      model.token.set(model.tokens().size() - 1);
    }
  }

  /** The layer so many further. */
  void stepLayer(int by) {
    chooseLayer(Math.clamp(model.layer.get() + by, 0, model.trace.get().layers().size() - 1));
  }

  /** The token so many further. */
  void stepToken(int by) {
    model.token.set(Math.clamp(model.token.get() + by, 0, model.tokens().size() - 1));
  }

  /** The expert that the chosen token goes to. */
  void chooseExpertOfToken() {
    if (model.hasToken()) {
      chooseExpert(model.routing().expert()[model.token.get()]);
    }
  }

  private void release() {
    generate.look(null);
    preferences.look(null);
    routing.look(null);
    if (microscope != null) {
      Microscope old = microscope;
      microscope = null;
      tasks.run(
          old,
          "",
          () -> {
            old.close();
            return null;
          },
          done -> {});
    }
  }

  @Override
  public void close() {
    ahead.close();
    looking.stop();
    generate.look(null);
    preferences.look(null);
    routing.close();
    if (microscope != null) {
      microscope.close();
      microscope = null;
    }
  }
}
