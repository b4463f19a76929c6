package dev.switchyard.views.component;

import dev.switchyard.views.action.Action;
import dev.switchyard.views.theme.Icons;
import javafx.beans.binding.Bindings;
import javafx.scene.control.Button;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.Region;
import org.kordamp.ikonli.feather.Feather;

/** The program's buttons. */
public final class Buttons {
  private Buttons() {}

  /** A button with an icon and a word, which is never cut. */
  public static Button plain(String text, Feather icon, Runnable action) {
    Button button = new Button(text, Icons.of(icon));
    button.getStyleClass().add("sy-button");
    button.setMinWidth(Region.USE_PREF_SIZE);
    button.setOnAction(e -> action.run());
    return button;
  }

  /** The button of an action, which tells its keys. */
  public static Button plain(String text, Feather icon, Action action) {
    return telling(action, plain(text, icon, (Runnable) action));
  }

  /** The one that a person most likely wants. */
  public static Button primary(String text, Feather icon, Runnable action) {
    Button button = plain(text, icon, action);
    button.getStyleClass().add("primary");
    return button;
  }

  /** The same of an action, which tells its keys. */
  public static Button primary(String text, Feather icon, Action action) {
    return telling(action, primary(text, icon, (Runnable) action));
  }

  /** One that ends something. */
  public static Button ending(String text, Feather icon, Runnable action) {
    Button button = plain(text, icon, action);
    button.getStyleClass().add("ending");
    return button;
  }

  /** The same of an action, which tells its keys. */
  public static Button ending(String text, Feather icon, Action action) {
    return telling(action, ending(text, icon, (Runnable) action));
  }

  /** An icon alone; its word is the tooltip. */
  public static Button icon(String word, Feather icon, Runnable action) {
    Button button = plain("", icon, action);
    button.getStyleClass().add("icon-only");
    button.setTooltip(new Tooltip(word));
    button.setAccessibleText(word);
    return button;
  }

  /** The icon of an action, which tells its keys and can be pressed while it can be done. */
  public static Button icon(String word, Feather icon, Action action) {
    Button button = telling(action, icon(word, icon, (Runnable) action));
    button.disableProperty().bind(Bindings.not(action.enabled()));
    return button;
  }

  private static Button telling(Action action, Button button) {
    action.tell(button);
    return button;
  }
}
