package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.Microscope.Request;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.WhatIf;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.words.Figures;
import java.util.List;
import javafx.animation.PauseTransition;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.util.Duration;

/** Keeps the routing that the explorer shows up to date with text, sentences and what-if. */
final class TextRouting {
  private static final Duration AFTER_TYPING = Duration.millis(200);

  private final ExploreModel model;
  private final ReadOnlyStringWrapper status = new ReadOnlyStringWrapper("");
  private final PauseTransition typing = new PauseTransition(AFTER_TYPING);
  private final WhatIfHistory history = new WhatIfHistory();
  private final NewestRouting newest;
  private Microscope microscope;
  private NewestRouting.Answer answer;

  TextRouting(ExploreModel model, Tasks tasks) {
    this.model = model;
    newest =
        new NewestRouting(tasks, this::show, problem -> model.problem.set(Tasks.line(problem)));
    typing.setOnFinished(e -> route());
    model.text.addListener(
        (o, before, now) -> {
          typing.playFromStart();
          takeSentences();
        });
    model.byLine.addListener(
        (o, before, now) -> {
          takeSentences();
          route();
        });
    model.together.addListener((o, before, now) -> route());
  }

  ReadOnlyStringProperty statusProperty() {
    return status.getReadOnlyProperty();
  }

  /** Takes another model; null: none. */
  void look(Microscope now) {
    newest.forget();
    typing.stop();
    answer = null;
    microscope = now;
    route();
  }

  /** Nothing is shown, nothing is changed, nothing is chosen. */
  void clear() {
    answer = null;
    history.clear();
    takeHistory();
    model.untouched.set(null);
    model.difference.set(null);
    model.trace.set(null);
    model.row.set(0);
    model.token.set(ExploreModel.NONE);
    model.expert.set(ExploreModel.NONE);
    model.layer.set(0);
  }

  void close() {
    typing.stop();
    newest.forget();
    microscope = null;
  }

  // ---- sentences ----

  private List<String> sentences() {
    String text = model.text.get();
    List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
    return model.byLine.get() && lines.size() > 1 ? lines : List.of(text);
  }

  private void takeSentences() {
    List<String> sentences = sentences();
    model.sentences.set(sentences.size());
    model.row.set(Math.clamp(model.row.get(), 0, sentences.size() - 1));
    model.sentence.set(sentences.get(model.row.get()));
  }

  /** Looks at a sentence; beyond the first and last there is none. */
  void chooseSentence(int row) {
    model.row.set(Math.clamp(row, 0, model.sentences.get() - 1));
    model.sentence.set(sentences().get(model.row.get()));
    if (answer == null) {
      return;
    }
    if (model.isShared()) {
      LayerRouting layer = model.routing();
      boolean encoder = layer == null || layer.encoder();
      model.token.set(model.trace.get().rows().get(model.row.get()).start(encoder));
    } else {
      showRow();
    }
  }

  // ---- what if ----

  /**
   * Changes the routing.
   *
   * @param gesture such as a slider's name: what it changes is undone at once; empty: none
   */
  void change(WhatIf next, String gesture) {
    history.change(next, gesture);
    takeHistory();
    route();
  }

  /** The slider was let go. */
  void endGesture() {
    history.endGesture();
  }

  void undo() {
    history.undo();
    takeHistory();
    route();
  }

  void redo() {
    history.redo();
    takeHistory();
    route();
  }

  private void takeHistory() {
    model.whatIf.set(history.now());
    model.canUndo.set(history.canUndo());
    model.canRedo.set(history.canRedo());
    if (history.now().isNothing()) {
      model.whatIfProblem.set("");
    }
  }

  // ---- routing ----

  /** Routes the text as it stands; the newest answer wins. */
  void route() {
    if (microscope == null) {
      return;
    }
    if (model.text.get().isBlank()) {
      newest.forget();
      answer = null;
      model.problem.set("");
      model.untouched.set(null);
      model.difference.set(null);
      model.trace.set(null);
      status.set("");
      return;
    }
    Request request = new Request(sentences(), null, model.together.get(), model.whatIf.get());
    boolean known =
        answer != null
            && answer.request().untouched().equals(request.untouched())
            && !model.subjectInTraining.get();
    newest.ask(microscope, request, known ? answer.untouched() : null);
  }

  private void show(NewestRouting.Answer now) {
    answer = now;
    model.problem.set("");
    model.whatIfProblem.set(now.whatIfProblem() == null ? "" : Tasks.line(now.whatIfProblem()));
    showRow();
    List<RoutingTrace> shown = now.shown();
    double milliseconds = shown.getFirst().milliseconds();
    int tokens =
        shown.stream().mapToInt(t -> t.encoderTokens().size() + t.decoderTokens().size()).sum();
    status.set(
        "%s%s routed in %s ms"
            .formatted(
                model.sentences.get() > 1
                    ? Figures.count(model.sentences.get(), "sentence") + ", "
                    : "",
                Figures.count(tokens, "token"),
                Figures.decimal(milliseconds, milliseconds < 10 ? 1 : 0)));
  }

  /** The group that the sentence belongs to. */
  private void showRow() {
    int group = answer.shown().size() > 1 ? model.row.get() : 0;
    if (group >= answer.shown().size()) {
      return; // the answer is of the text before
    }
    RoutingTrace trace = answer.shown().get(group);
    if (model.layer.get() >= trace.layers().size()) {
      model.layer.set(0);
    }
    model.untouched.set(answer.untouched().get(group));
    model.difference.set(answer.differences().get(group));
    model.trace.set(trace);
    if (model.token.get() == ExploreModel.NONE) {
      model.token.set(firstOfInterest(model.routing()));
    }
    int tokens = model.tokens().size();
    if (model.token.get() >= tokens) {
      model.token.set(tokens - 1);
    }
  }

  /** A dropped token has the most to tell; else the first one. */
  private static int firstOfInterest(LayerRouting layer) {
    for (int t = 0; layer != null && t < layer.kept().length; t++) {
      if (!layer.kept()[t]) {
        return t;
      }
    }
    return 0;
  }
}
