package dev.switchyard.views.action;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableBooleanValue;
import javafx.scene.control.Control;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCombination;
import javafx.scene.layout.Pane;
import javafx.scene.text.Text;

/**
 * Something that a person can do. Buttons, keys and the command palette are made from it, so that
 * all three do the same. Use on the window's thread.
 *
 * @param name by which programs know it; unique on its screen
 * @param title what it does, for people: "Pause the training"
 * @param words more words by which it is found
 * @param keys any of them does it; the first is told to people
 * @param anywhere whether its keys work on every screen and leave that screen as it is; else they
 *     work on its own, and the palette shows its own before it does it
 * @param enabled whether it can be done now
 * @param act does it
 */
public record Action(
    String name,
    String title,
    String words,
    List<KeyCombination> keys,
    boolean anywhere,
    ObservableBooleanValue enabled,
    Runnable act)
    implements Runnable {
  private static final ObservableBooleanValue ALWAYS = Bindings.createBooleanBinding(() -> true);

  /** An action of its screen that can always be done and has no keys. */
  public static Action of(String name, String title, Runnable act) {
    return new Action(name, title, "", List.of(), false, ALWAYS, act);
  }

  /** The same, found by more words. */
  public Action foundBy(String more) {
    return new Action(name, title, more, keys, anywhere, enabled, act);
  }

  /**
   * The same, done by keys.
   *
   * @param combinations such as "Shortcut+K", where Shortcut is Control, or Command on a Mac
   */
  public Action on(String... combinations) {
    List<KeyCombination> all =
        Arrays.stream(combinations).map(KeyCombination::keyCombination).toList();
    return new Action(name, title, words, all, anywhere, enabled, act);
  }

  /** The same, from any screen. */
  public Action fromAnywhere() {
    return new Action(name, title, words, keys, true, enabled, act);
  }

  /** The same, which can be done only at times. */
  public Action when(ObservableBooleanValue possible) {
    return new Action(name, title, words, keys, anywhere, possible, act);
  }

  /** The same with something done before it. */
  public Action after(Runnable first) {
    return new Action(
        name,
        title,
        words,
        keys,
        anywhere,
        enabled,
        () -> {
          first.run();
          act.run();
        });
  }

  /** Does it, if it can be done now. */
  @Override
  public void run() {
    if (enabled.get()) {
      act.run();
    }
  }

  /** The keys that are told to people; empty: it has none. */
  public String shortcut() {
    return keys.isEmpty() ? "" : shortcut(keys.getFirst());
  }

  /** All its keys, for people. */
  public String shortcuts() {
    return keys.stream().map(Action::shortcut).collect(Collectors.joining(" or "));
  }

  private static String shortcut(KeyCombination keys) {
    return keys.getDisplayText().replace("+", " ").strip();
  }

  /** Tells the keys in the tooltip of the control that does it too, behind what stands there. */
  public void tell(Control control) {
    if (keys.isEmpty()) {
      return;
    }
    Tooltip before = control.getTooltip();
    if (before == null) {
      control.setTooltip(new Tooltip(title + "  ·  " + shortcut()));
    } else if (before.getGraphic() instanceof Pane explained) {
      explained.getChildren().add(new Text(shortcut()));
    } else {
      before.setText(before.getText() + "  ·  " + shortcut());
    }
  }
}
