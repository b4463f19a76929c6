package dev.switchyard.views.shell;

import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.task.Notice;
import dev.switchyard.views.task.Notices;
import dev.switchyard.views.theme.Icons;
import java.time.Instant;
import java.util.function.Consumer;
import javafx.animation.PauseTransition;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
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
  private static final int MOST_KEPT = 200;

  private final ObservableList<Notice> past = FXCollections.observableArrayList();
  private Consumer<Notice> onDetails = notice -> {};

  Toasts() {
    super(8);
    setId("toasts");
    setAlignment(Pos.BOTTOM_RIGHT);
    setPickOnBounds(false);
    getStyleClass().add("toasts");
  }

  /** Goes to the left, out of the way of what stands at the right, or back. */
  void moveAside(boolean aside) {
    setAlignment(aside ? Pos.BOTTOM_LEFT : Pos.BOTTOM_RIGHT);
  }

  /** All that was told, the newest first. */
  ObservableList<Notice> past() {
    return past;
  }

  /** Hears which problem a person wants to know more of. */
  void setOnDetails(Consumer<Notice> onDetails) {
    this.onDetails = onDetails;
  }

  @Override
  public void done(String message) {
    keep(new Notice(Instant.now(), false, message, ""));
    HBox toast = toast(message, Feather.CHECK_CIRCLE, "done");
    PauseTransition seen = new PauseTransition(SEEN);
    seen.setOnFinished(e -> remove(toast));
    seen.play();
  }

  @Override
  public void problem(String message, String details) {
    Notice notice = new Notice(Instant.now(), true, message, details);
    keep(notice);
    HBox toast = toast(message, Feather.ALERT_CIRCLE, "problem");
    Button more = Buttons.plain("Details", Feather.INFO, () -> onDetails.accept(notice));
    more.getStyleClass().addAll("small", "toast-details");
    toast.getChildren().add(toast.getChildren().size() - 1, more);
  }

  private void keep(Notice notice) {
    past.addFirst(notice);
    if (past.size() > MOST_KEPT) {
      past.removeLast();
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
    Button close = Buttons.icon("Close", Feather.X, () -> remove(toast));
    close.getStyleClass().add("close-toast");
    toast.getChildren().add(close);
    getChildren().add(toast);
    makeRoom();
    return toast;
  }

  private void remove(Node toast) {
    getChildren().remove(toast);
    makeRoom();
  }

  /** What went well goes first; problems stay until they are closed, the newest of them seen. */
  private void makeRoom() {
    for (int i = 0; i < getChildren().size() - 1 && getChildren().size() > MOST; ) {
      if (getChildren().get(i).getStyleClass().contains("done")) {
        getChildren().remove(i);
      } else {
        i++;
      }
    }
    for (int i = 0; i < getChildren().size(); i++) {
      Node each = getChildren().get(i);
      each.setVisible(i >= getChildren().size() - MOST);
      each.setManaged(each.isVisible());
    }
  }
}
