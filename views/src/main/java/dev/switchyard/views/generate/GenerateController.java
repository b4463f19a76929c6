package dev.switchyard.views.generate;

import dev.switchyard.engine.observe.Decoding;
import dev.switchyard.engine.observe.Decoding.Strategy;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationStep;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import javafx.application.Platform;
import javafx.beans.binding.BooleanExpression;
import javafx.beans.property.StringProperty;
import javafx.scene.Node;

/** Lets the model under the microscope write, and shows every token as it comes. */
public final class GenerateController {
  private static final int MOST_TOKENS = 64;
  private static final int BEAMS = 4;
  private static final double LENGTH_PENALTY = 0.6;
  private static final double TEMPERATURE = 0.9;
  private static final double TOP_P = 0.95;

  private final Tasks tasks;
  private final GenerateModel model = new GenerateModel();
  private final Action write =
      Action.of("generate", "Write after the text, or fill its blanks", this::write)
          .foundBy("generate fill-in decode")
          .on("Shortcut+G")
          .when(model.subject.isNotNull());
  private final GenerateView view;
  private Microscope microscope;
  private CompletableFuture<List<Generation>> answer;
  private long seed;
  private Runnable onPutAway = () -> {};

  /**
   * Nothing is written yet.
   *
   * @param text to write after; when it changes, what was written goes
   */
  public GenerateController(Tasks tasks, Appearance appearance, StringProperty text) {
    this.tasks = tasks;
    model.text.bind(text);
    view = new GenerateView(model, appearance.themeProperty(), this);
    write.tell(view.button());
    model.text.addListener((o, before, now) -> dismiss());
    model.strategy.addListener((o, before, now) -> write());
  }

  /** The button that starts it. */
  public Node button() {
    return view.button();
  }

  /** What can be done with it. */
  public List<Action> actions() {
    var open = model.open;
    List<Action> all = new ArrayList<>();
    all.add(write);
    all.add(
        Action.of("stop-writing", "Stop the writing", this::stop)
            .foundBy("generate cancel")
            .when(model.writing));
    all.add(
        Action.of("put-away", "Put away what was written", this::putAway)
            .foundBy("generate close")
            .when(open));
    all.add(
        Action.of("step-before", "The step of writing before", () -> choose(model.step.get() - 1))
            .foundBy("generate token")
            .on("Shortcut+Alt+LEFT")
            .when(open));
    all.add(
        Action.of("step-after", "The next step of writing", () -> choose(model.step.get() + 1))
            .foundBy("generate token")
            .on("Shortcut+Alt+RIGHT")
            .when(open));
    for (Strategy strategy : Strategy.values()) {
      all.add(
          Action.of(
                  "strategy-" + strategy.name(),
                  "Choose tokens by " + strategy.name().toLowerCase(Locale.ROOT),
                  () -> model.strategy.set(strategy))
              .foundBy("generate decoding strategy"));
    }
    return all;
  }

  /** What was written, or that nothing is; see {@link #openProperty}. */
  public Node view() {
    return view;
  }

  /** Whether there is something to show. */
  public BooleanExpression openProperty() {
    return model.open;
  }

  /** Hears when a person has put away what was written. */
  public void setOnPutAway(Runnable onPutAway) {
    this.onPutAway = onPutAway;
  }

  /** Takes another model; null: none. */
  public void look(Microscope now) {
    dismiss();
    microscope = now;
    model.subject.set(now == null ? null : now.subject());
  }

  /** Writes after the text, or fills its blanks. */
  void write() {
    stop();
    if (microscope == null || model.text.get().isBlank()) {
      return;
    }
    model.steps.clear();
    model.result.set(null);
    model.step.set(GenerateModel.NONE);
    model.problem.set("");
    model.open.set(true);
    model.writing.set(true);
    seed++;
    Microscope.Prompt prompt = prompt();
    Microscope now = microscope;
    long mine = seed;
    tasks.follow(
        this,
        "",
        () -> {
          answer =
              now.generate(prompt, (number, step) -> Platform.runLater(() -> append(mine, step)));
          return answer;
        },
        written -> end(written.getFirst()),
        problem -> {
          model.writing.set(false);
          if (!(problem instanceof CancellationException)) {
            model.problem.set(Tasks.line(problem));
          }
        });
  }

  /** A model that learned to fill blanks goes on with a text by filling one at its end. */
  private Microscope.Prompt prompt() {
    String text = model.text.get();
    boolean blanks = model.subject.get().fillsBlanks();
    if (blanks && !model.fills()) {
      text = text.stripTrailing() + " <extra_id_0>";
    }
    return new Microscope.Prompt(List.of(text), blanks, decoding());
  }

  private Decoding decoding() {
    return switch (model.strategy.get()) {
      case GREEDY -> Decoding.greedy(MOST_TOKENS);
      case SAMPLE -> Decoding.sample(TEMPERATURE, TOP_P, MOST_TOKENS, seed);
      case BEAM -> Decoding.beam(BEAMS, LENGTH_PENALTY, MOST_TOKENS);
    };
  }

  private void append(long of, GenerationStep step) {
    if (of == seed && model.writing.get() && step.number() == model.steps.size()) {
      model.steps.add(step);
      model.step.set(model.steps.size() - 1);
    }
  }

  private void end(Generation generation) {
    model.writing.set(false);
    model.steps.setAll(generation.steps());
    model.result.set(generation);
    if (model.chosen() == null) {
      choose(0);
    }
  }

  /** Looks at a step. */
  void choose(int step) {
    model.step.set(Math.clamp(step, 0, Math.max(0, model.steps.size() - 1)));
  }

  /** Ends the writing where it stands. */
  void stop() {
    if (answer != null) {
      answer.cancel(true);
      answer = null;
    }
    tasks.forget(this);
    model.writing.set(false);
  }

  /** A person has seen enough of what was written. */
  void putAway() {
    dismiss();
    onPutAway.run();
  }

  /** Looks at a step in a layer. */
  void choose(int layer, int step) {
    model.layer.set(layer);
    choose(step);
  }

  /** Puts away what was written. */
  void dismiss() {
    stop();
    model.open.set(false);
  }

  /** Whether a strategy's texts differ each time. */
  static boolean draws(Strategy strategy) {
    return strategy == Strategy.SAMPLE;
  }
}
