package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.views.fake.FakeWorkbench;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javafx.scene.Node;
import javafx.scene.SnapshotParameters;
import javafx.scene.control.CheckBox;
import javafx.scene.image.WritableImage;
import javafx.scene.input.KeyCode;
import javafx.scene.paint.Color;
import org.junit.jupiter.api.Test;

/** Whatever a screen has is reached by Tab, and what has the keyboard is seen to have it. */
class KeyboardTest extends ScreenTest {
  private static final int PIXELS_THAT_ARE_SEEN = 20;

  @Override
  FakeWorkbench workbench() {
    return super.workbench().withRuns();
  }

  @Test
  void tabGoesThroughTheExplorerAndIsSeen() {
    assertThat(walk(KeyCode.DIGIT2))
        .contains(
            "text",
            "write",
            "example",
            "chips",
            "grid",
            "export-queues",
            "capacity-factor",
            "jitter");
  }

  @Test
  void tabGoesThroughListsAndTablesAndIsSeen() {
    assertThat(walk(KeyCode.DIGIT4))
        .contains("search-runs", "check-debian-docs", "speed-up-table", "difference-table");
    assertThat(walk(KeyCode.DIGIT5)).contains("inspect-models", "search-weights", "weights");
  }

  @Test
  void aRunThatIsTickedKeepsTheKeyboard() {
    push(KeyCode.CONTROL, KeyCode.DIGIT4);
    until("runs are listed", () -> seen("#check-debian-docs"));
    interact(() -> find("#check-debian-docs", Node.class).requestFocus());
    push(KeyCode.SPACE);
    until("it is read", () -> !seen("#status-busy"));
    assertThat(focused().getId()).isEqualTo("check-debian-docs");
    assertThat(((CheckBox) focused()).isSelected()).isTrue();
  }

  @Test
  void whoComesBackToAScreenGoesOnWhereHeWas() {
    push(KeyCode.CONTROL, KeyCode.DIGIT3);
    until("a setting has the keyboard", () -> focused() != null);
    interact(() -> find("#setting-steps", Node.class).requestFocus());
    push(KeyCode.CONTROL, KeyCode.DIGIT5);
    until(
        "it is on the other screen", () -> isWithin(focused(), find("#inspect-page", Node.class)));
    push(KeyCode.CONTROL, KeyCode.DIGIT3);
    until("it is back", () -> "setting-steps".equals(focused().getId()));
  }

  private Node focused() {
    return stage.getScene().getFocusOwner();
  }

  private static boolean isWithin(Node node, Node screen) {
    return node != null && (node.equals(screen) || isWithin(node.getParent(), screen));
  }

  /** From a screen's first control to the status bar; the ids of what was reached. */
  private List<String> walk(KeyCode screen) {
    push(KeyCode.CONTROL, screen);
    until("it stands still", () -> !seen("#status-busy"));
    Set<Node> reached = new LinkedHashSet<>();
    List<String> unseen = new ArrayList<>();
    push(KeyCode.TAB);
    for (Node owner = focused(); !isLast(owner) && reached.add(owner); owner = focused()) {
      WritableImage with = picture(owner);
      push(KeyCode.TAB);
      if (!differs(with, picture(owner))) {
        unseen.add(owner.getId() + " " + owner.getStyleClass());
      }
    }
    assertThat(unseen).isEmpty();
    return reached.stream().map(Node::getId).toList();
  }

  private static boolean isLast(Node owner) {
    return "open-tasks".equals(owner.getId());
  }

  private WritableImage picture(Node node) {
    SnapshotParameters onBlack = new SnapshotParameters();
    onBlack.setFill(Color.BLACK);
    WritableImage[] picture = new WritableImage[1];
    interact(() -> picture[0] = node.snapshot(onBlack, null));
    return picture[0];
  }

  private static boolean differs(WritableImage one, WritableImage other) {
    if (one.getWidth() != other.getWidth() || one.getHeight() != other.getHeight()) {
      return true;
    }
    int different = 0;
    for (int y = 0; y < one.getHeight(); y++) {
      for (int x = 0; x < one.getWidth(); x++) {
        if (one.getPixelReader().getArgb(x, y) != other.getPixelReader().getArgb(x, y)) {
          different++;
        }
      }
    }
    return different > PIXELS_THAT_ARE_SEEN;
  }
}
