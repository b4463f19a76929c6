package dev.switchyard.views.shell;

import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.task.Notices;
import dev.switchyard.views.theme.Icons;
import javafx.animation.PauseTransition;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.kordamp.ikonli.feather.Feather;

/** Notices at the lower right, over whatever screen there is; problems stay until they are read. */
final class Toasts extends VBox implements Notices {
  private static final Duration SEEN = Duration.seconds(5);
  private static final int MOST = 3;

  Toasts() {
    super(8);
    setId("toasts");
    setAlignment(Pos.BOTTOM_RIGHT);
    setPickOnBounds(false);
    getStyleClass().add("toasts");
  }

  @Override
  public void done(String message) {
    HBox toast = toast(message, Feather.CHECK_CIRCLE, "done");
    PauseTransition seen = new PauseTransition(SEEN);
    seen.setOnFinished(e -> getChildren().remove(toast));
    seen.play();
  }

  @Override
  public void problem(String message, String details) {
    HBox toast = toast(message, Feather.ALERT_CIRCLE, "problem");
    if (!details.isEmpty()) {
      toast
          .getChildren()
          .add(
              toast.getChildren().size() - 1,
              Buttons.icon(
                  "Copy the details", Feather.COPY, () -> copy(message + "\n\n" + details)));
    }
  }

  private HBox toast(String message, Feather icon, String kind) {
    Label text = new Label(message, Icons.of(icon));
    text.setWrapText(true);
    text.setMinHeight(Region.USE_PREF_SIZE);
    text.setMaxWidth(Double.MAX_VALUE);
    HBox.setHgrow(text, Priority.ALWAYS);
    HBox toast = new HBox(8, text);
    toast.getStyleClass().addAll("toast", kind);
    toast.setAlignment(Pos.CENTER_LEFT);
    toast.setMaxWidth(520);
    toast.setMinHeight(Region.USE_PREF_SIZE);
    toast.getChildren().add(Buttons.icon("Close", Feather.X, () -> getChildren().remove(toast)));
    getChildren().add(toast);
    if (getChildren().size() > MOST) {
      getChildren().removeFirst();
    }
    return toast;
  }

  private static void copy(String text) {
    ClipboardContent content = new ClipboardContent();
    content.putString(text);
    Clipboard.getSystemClipboard().setContent(content);
  }
}
