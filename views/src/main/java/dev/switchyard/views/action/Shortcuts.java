package dev.switchyard.views.action;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import javafx.scene.Scene;
import javafx.scene.input.KeyCombination;

/** The keys of a window: each does the one of its actions that can be done where a person is. */
public final class Shortcuts {
  private final Map<KeyCombination, List<Bound>> bound = new LinkedHashMap<>();
  private final BooleanSupplier silent;

  /** An action, and when its keys are listened to. */
  private record Bound(Action action, BooleanSupplier here) {}

  /**
   * Keys that do nothing yet.
   *
   * @param silent whether no key is to be listened to now, such as while a question stands open
   */
  public Shortcuts(BooleanSupplier silent) {
    this.silent = silent;
  }

  /**
   * Listens to the keys of actions.
   *
   * @param here whether the person is where they belong; those from anywhere are always heard
   */
  public void add(List<Action> actions, BooleanSupplier here) {
    for (Action action : actions) {
      for (KeyCombination keys : action.keys()) {
        bound
            .computeIfAbsent(keys, k -> new ArrayList<>())
            .add(new Bound(action, action.anywhere() ? () -> true : here));
      }
    }
  }

  /** Installs what was added. */
  public void install(Scene scene) {
    bound.forEach((keys, actions) -> scene.getAccelerators().put(keys, () -> press(actions)));
  }

  private void press(List<Bound> actions) {
    if (!silent.getAsBoolean()) {
      actions.stream()
          .filter(each -> each.here().getAsBoolean() && each.action().enabled().get())
          .findFirst()
          .ifPresent(each -> each.action().run());
    }
  }
}
