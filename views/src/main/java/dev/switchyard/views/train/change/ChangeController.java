package dev.switchyard.views.train.change;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.train.RunChange;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.views.component.SettingValue;
import java.util.Map;
import java.util.function.Consumer;
import javafx.scene.Node;

/** The small form in which a run's settings change in the middle of it; it checks itself. */
public final class ChangeController {
  private final ChangeModel model = new ChangeModel();
  private final ChangeView view = new ChangeView(model, this);
  private Consumer<Map<String, String>> apply = changes -> {};
  private boolean needed;

  /** The form; it is seen while it is asked for. */
  public Node view() {
    return view;
  }

  /**
   * Asks for a change.
   *
   * @param config the settings until now
   * @param proposed values that stand there to begin with
   * @param explanation what will happen
   * @param action on the button
   * @param needed whether it takes at least one change
   * @param apply takes the changed settings, which have been checked
   */
  public void ask(
      RunConfig config,
      Map<String, String> proposed,
      String explanation,
      String action,
      boolean needed,
      Consumer<Map<String, String>> apply) {
    this.apply = apply;
    this.needed = needed;
    model.fields.setAll(RunChange.describe(config).stream().map(SettingValue::of).toList());
    model.before.set(config);
    model.explanation.set(explanation);
    model.action.set(action);
    for (SettingValue field : model.fields) {
      field.value().set(proposed.getOrDefault(field.setting().name(), field.value().get()));
      field.value().addListener((o, before, now) -> check());
    }
    check();
  }

  /** Whether the form is seen. */
  public boolean isAsking() {
    return model.before.get() != null;
  }

  /** Puts the form away. */
  public void withdraw() {
    model.before.set(null);
  }

  private void check() {
    RunConfig before = model.before.get();
    boolean wrong = false;
    for (SettingValue field : model.fields) {
      String problem = "";
      try {
        var unused = before.with(Map.of(field.setting().name(), field.value().get()));
      } catch (InputException e) {
        problem = e.getMessage();
        wrong = true;
      }
      field.problem().set(problem);
    }
    model.summary.set("");
    model.problem.set(wrong ? "Some values are not right: see the red lines." : "");
    Map<String, String> changes = model.changes();
    if (!wrong && !changes.isEmpty()) {
      try {
        model.summary.set(RunChange.of(before, changes).text().replace(", ", "\n"));
      } catch (InputException e) {
        model.problem.set(e.getMessage());
      }
    }
    model.ready.set(model.problem.get().isEmpty() && !(needed && model.summary.get().isEmpty()));
  }

  /** Does it. */
  void apply() {
    if (model.ready.get()) {
      Map<String, String> changes = model.changes();
      withdraw();
      apply.accept(changes);
    }
  }
}
