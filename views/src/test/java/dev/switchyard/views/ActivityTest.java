package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.views.task.Notice;
import dev.switchyard.views.task.TaskEntry;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javafx.scene.Node;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.ListView;
import javafx.scene.input.Clipboard;
import javafx.scene.input.KeyCode;
import org.junit.jupiter.api.Test;

/** What runs in the background is seen and can be stopped; what went wrong stays, with details. */
class ActivityTest extends ScreenTest {
  @SuppressWarnings("unchecked")
  private ListView<TaskEntry> tasks() {
    return find("#task-list", ListView.class);
  }

  private TaskEntry survey() {
    return tasks().getItems().stream()
        .filter(task -> task.title().equals("reading the corpus"))
        .findFirst()
        .orElse(null);
  }

  /** A list keeps cells that are not seen. */
  private void pressFirst(String style) {
    until(style + " can be pressed", () -> firstSeen(style) != null);
    interact(() -> firstSeen(style).fire());
  }

  private ButtonBase firstSeen(String style) {
    return lookup(style).queryAll().stream()
        .filter(ActivityTest::isSeen)
        .map(ButtonBase.class::cast)
        .findFirst()
        .orElse(null);
  }

  private static boolean isSeen(Node node) {
    return node == null || (node.isVisible() && isSeen(node.getParent()));
  }

  @Test
  void aTaskIsListedWithItsProgressAndStopped() {
    CountDownLatch goOn = new CountDownLatch(1);
    workbench.betweenTexts =
        () -> {
          try {
            assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    press("#rail-explore");
    until("a model is open", () -> seen("#token-title"));
    push(KeyCode.ALT, KeyCode.DIGIT3);
    press("#survey");
    press("#status-busy");
    until("it is listed", () -> survey() != null && survey().share() == 0.25);
    assertThat(seen("#activity")).isTrue();
    pressFirst(".stop-task");
    until("it stopped", () -> survey().stateProperty().get() == TaskEntry.State.STOPPED);
    until("it can be started again", () -> seen("#survey"));
    assertThat(survey().isWanted()).isFalse();
    goOn.countDown();
    push(KeyCode.ESCAPE);
    until("the panel is closed", () -> !seen("#activity"));
    assertThat(seen("#toasts .problem")).as("that it was stopped is no problem").isFalse();
  }

  @Test
  void aProblemStaysUntilItIsClosedAndHasDetailsToCopy() {
    interact(() -> window.explore("/models/broken"));
    pressFirst(".toast-details");
    until("the details are there", () -> seen("#problem-details"));
    assertThat(text("#problem-details"))
        .contains("What: /models/broken has no model.safetensors")
        .contains("Where: ")
        .contains("What to do: ")
        .doesNotContain("\tat ");
    press("#copy-details");
    until(
        "it is copied",
        () -> Clipboard.getSystemClipboard().getString().equals(text("#problem-details")));
    press("#close-details");
    assertThat(seen("#toasts .problem")).isTrue();
    pressFirst(".close-toast");
    assertThat(seen("#toasts .problem")).isFalse();
    press("#open-notices");
    @SuppressWarnings("unchecked")
    ListView<Notice> notices = find("#notice-list", ListView.class);
    assertThat(notices.getItems().getFirst().message()).contains("has no model.safetensors");
    pressFirst(".notice-details");
    assertThat(seen("#problem-details")).isTrue();
  }

  @Test
  void whatNobodyExpectedSaysWhereItWasAndWhatTheLogHas() {
    interact(() -> window.tell(new IllegalStateException("queue is shut")));
    pressFirst(".toast-details");
    assertThat(text("#problem-details"))
        .contains("queue is shut", "in dev.switchyard.views.ActivityTest", "Log:", "\tat ");
  }
}
