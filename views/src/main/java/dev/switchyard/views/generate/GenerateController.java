package dev.switchyard.views.generate;

import dev.switchyard.engine.observe.Decoding;
import dev.switchyard.engine.observe.Decoding.Strategy;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationListener;
import dev.switchyard.engine.observe.GenerationStep;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.WhatIf;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import javafx.animation.PauseTransition;
import javafx.application.Platform;
import javafx.beans.binding.BooleanExpression;
import javafx.beans.property.StringProperty;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.util.Duration;

/** Lets the model under the microscope write, and shows every token as it comes. */
public final class GenerateController {
  private static final int MOST_TOKENS = 64;

  /** A slider that moves asks for one text, not for hundreds. */
  private static final Duration AFTER_CHANGE = Duration.millis(120);

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
  private final PauseTransition changing = new PauseTransition(AFTER_CHANGE);
  private Microscope microscope;
  private List<CompletableFuture<?>> answers = List.of();
  private Generation plain;
  private long seed;
  private Object latest = new Object();

  /** The step that a person looked at before a what-if made the text be written again. */
  private int looked = GenerateModel.NONE;

  private Runnable onPutAway = () -> {};

  /**
   * Nothing is written yet.
   *
   * @param text to write after; when it changes, what was written goes
   * @param whatIf what is changed in the routing; when it changes, it is written again
   */
  public GenerateController(
      Tasks tasks, Appearance appearance, StringProperty text, ObservableValue<WhatIf> whatIf) {
    this.tasks = tasks;
    model.text.bind(text);
    model.whatIf.bind(whatIf);
    view = new GenerateView(model, appearance.themeProperty(), this);
    write.tell(view.button());
    model.text.addListener((o, before, now) -> dismiss());
    model.strategy.addListener((o, before, now) -> write());
    model.whatIf.addListener(
        (o, before, now) -> {
          if (model.open.get()) {
            changing.playFromStart();
          }
        });
    changing.setOnFinished(
        e -> {
          looked = model.step.get();
          writeAgain();
        });
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

  /** Writes after the text, or fills its blanks; where tokens are drawn, other ones. */
  void write() {
    if (microscope != null) {
      seed++;
      plain = null;
      writeAgain();
    }
  }

  /** Writes with the same draws, under the what-if as it is now. */
  private void writeAgain() {
    stop();
    if (microscope == null || model.text.get().isBlank()) {
      return;
    }
    model.steps.clear();
    model.result.set(null);
    model.untouched.set(null);
    model.step.set(GenerateModel.NONE);
    model.problem.set("");
    model.open.set(true);
    model.writing.set(true);
    tasks.follow(
        this,
        "",
        this::ask,
        this::end,
        problem -> {
          model.writing.set(false);
          if (!(problem instanceof CancellationException)) {
            model.problem.set(Tasks.line(problem));
          }
        });
  }

  /** A text with the what-if, and without it; the same where nothing is changed. */
  private record Both(Generation untouched, Generation shown) {}

  /** The microscope goes through requests in turn: what is untouched comes before. */
  private CompletableFuture<Both> ask() {
    WhatIf whatIf = model.whatIf.get();
    Generation known = plain;
    boolean needed = !whatIf.isNothing() && known == null;
    CompletableFuture<List<Generation>> untouched =
        needed
            ? microscope.generate(prompt(WhatIf.NOTHING), GenerationListener.NONE)
            : CompletableFuture.completedFuture(List.of());
    Object turn = new Object();
    latest = turn;
    CompletableFuture<List<Generation>> shown =
        microscope.generate(
            prompt(whatIf), (number, step) -> Platform.runLater(() -> append(turn, step)));
    answers = List.of(untouched, shown);
    return untouched.thenCombine(
        shown,
        (without, with) ->
            new Both(
                whatIf.isNothing() ? with.getFirst() : needed ? without.getFirst() : known,
                with.getFirst()));
  }

  /** A model that learned to fill blanks goes on with a text by filling one at its end. */
  private Microscope.Prompt prompt(WhatIf whatIf) {
    String text = model.text.get();
    boolean blanks = model.subject.get().fillsBlanks();
    if (blanks && !model.fills()) {
      text = text.stripTrailing() + " <extra_id_0>";
    }
    return new Microscope.Prompt(List.of(text), blanks, decoding(), whatIf);
  }

  private Decoding decoding() {
    return switch (model.strategy.get()) {
      case GREEDY -> Decoding.greedy(MOST_TOKENS);
      case SAMPLE -> Decoding.sample(TEMPERATURE, TOP_P, MOST_TOKENS, seed);
      case BEAM -> Decoding.beam(BEAMS, LENGTH_PENALTY, MOST_TOKENS);
    };
  }

  private void append(Object turn, GenerationStep step) {
    if (turn.equals(latest) && model.writing.get() && step.number() == model.steps.size()) {
      model.steps.add(step);
      model.step.set(model.steps.size() - 1);
    }
  }

  private void end(Both both) {
    plain = both.untouched();
    model.writing.set(false);
    model.steps.setAll(both.shown().steps());
    model.untouched.set(model.whatIf.get().isNothing() ? null : plain);
    model.result.set(both.shown());
    if (looked >= 0) {
      choose(looked);
      looked = GenerateModel.NONE;
    } else if (model.chosen() == null) {
      choose(0);
    }
  }

  /** Looks at a step. */
  void choose(int step) {
    model.step.set(Math.clamp(step, 0, Math.max(0, model.steps.size() - 1)));
  }

  /** Ends the writing where it stands. */
  void stop() {
    changing.stop();
    answers.forEach(answer -> answer.cancel(true));
    answers = List.of();
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
