package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.views.action.Action;
import dev.switchyard.views.action.ActionGroup;
import dev.switchyard.views.fake.FakeWorkbench;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javafx.scene.control.ListView;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyCombination;
import org.junit.jupiter.api.Test;

/** Everything that can be done is found by its words and done by the keyboard alone. */
class CommandPaletteTest extends ScreenTest {
  @Override
  FakeWorkbench workbench() {
    return super.workbench().withRuns();
  }

  private List<ActionGroup> actions() {
    List<ActionGroup> all = new ArrayList<>();
    interact(() -> all.addAll(window.actions()));
    return all;
  }

  private Action action(String name) {
    return actions().stream()
        .flatMap(group -> group.actions().stream())
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("No action " + name));
  }

  /** Opens the palette with its keys, writes words, and does what stands first. */
  private void say(String words) {
    push(KeyCode.CONTROL, KeyCode.K);
    until("the palette is open", () -> seen("#palette-words"));
    write("#palette-words", words);
    push(KeyCode.ENTER);
    until("the palette is closed", () -> !seen("#palette-words"));
  }

  @Test
  void aRunIsStartedPausedSteppedAndStoppedByWords() {
    push(KeyCode.CONTROL, KeyCode.N);
    untilText("#run-name-field", "seven-valleys");
    until("it can be started", () -> action("create").enabled().get());
    say("start form");
    until("it trains", () -> !workbench.opened.isEmpty() && action("pause").enabled().get());
    say("pause train");
    until("it pauses", () -> action("step").enabled().get());
    say("single");
    say("checkpoint now");
    say("resume tr");
    until("it trains again", () -> action("stop").enabled().get());
    say("stop train");
    assertThat(run().commands)
        .containsExactly("start", "pause", "singleStep", "checkpointNow", "resume", "stop");
  }

  @Test
  void whatCanNotBeDoneNowIsShownButNotDone() {
    push(KeyCode.CONTROL, KeyCode.K);
    write("take checkpoint");
    ListView<?> list = find("#palette-list", ListView.class);
    assertThat(list.getItems()).isNotEmpty();
    push(KeyCode.ENTER);
    assertThat(seen("#palette-words")).isTrue();
    push(KeyCode.ESCAPE);
    assertThat(seen("#palette-words")).isFalse();
  }

  @Test
  void whoAsksForWhatCanNotBeDoneGetsNothingElse() {
    press("#rail-explore");
    until("the sample is open", () -> seen("#chips"));
    push(KeyCode.CONTROL, KeyCode.K);
    ListView<?> list = find("#palette-list", ListView.class);
    interact(() -> find("#palette-words", javafx.scene.control.TextField.class).setText("undo"));
    assertThat(list.getItems()).as("others have the letters").hasSizeGreaterThan(1);
    assertThat(list.getItems().getFirst().toString()).contains("title=Undo the what-if");
    push(KeyCode.ENTER);
    assertThat(seen("#palette-words")).isTrue();
  }

  @Test
  void lettersNeedNeitherBeWholeNorInOrder() {
    push(KeyCode.CONTROL, KeyCode.SHIFT, KeyCode.P);
    ListView<?> list = find("#palette-list", ListView.class);
    for (String words : List.of("inspect go", "go insp", "gtinsp")) {
      interact(() -> find("#palette-words", javafx.scene.control.TextField.class).setText(words));
      assertThat(list.getItems().getFirst().toString()).as(words).contains("title=Go to Inspect");
    }
    push(KeyCode.DOWN);
    push(KeyCode.UP);
    push(KeyCode.ENTER);
    assertThat(seen("#inspect-page")).isTrue();
  }

  @Test
  void anActionOfAnotherScreenShowsThatScreen() {
    say("flow page");
    until("the explorer is there", () -> seen("#explore"));
    say("log x");
    until("the comparison is there", () -> seen("#compare-screen"));
    assertThat(find("#log-x", javafx.scene.control.ToggleButton.class).isSelected()).isTrue();
  }

  @Test
  void keysThatCanBePressedTogetherNeverClash() {
    List<ActionGroup> groups = actions();
    for (ActionGroup here : groups) {
      Map<KeyCombination, String> taken = new HashMap<>();
      for (ActionGroup group : groups) {
        for (Action action : group.actions()) {
          if (group.equals(here) || action.anywhere()) {
            for (KeyCombination keys : action.keys()) {
              String before = taken.put(keys, action.name());
              assertThat(before).as("%s: %s, %s", here.title(), keys, action.name()).isNull();
            }
          }
        }
      }
    }
  }

  @Test
  void everyActionHasANameOfItsOwnAndATitle() {
    for (ActionGroup group : actions()) {
      Set<String> names = new HashSet<>();
      for (Action action : group.actions()) {
        assertThat(names.add(action.name())).as(group.title() + " " + action.name()).isTrue();
        assertThat(action.title()).isNotBlank();
      }
    }
  }

  @Test
  void theSheetShowsAllKeys() {
    push(KeyCode.F1);
    until("the sheet is open", () -> seen("#shortcuts"));
    for (ActionGroup group : actions()) {
      for (Action action : group.actions()) {
        if (!action.keys().isEmpty()) {
          assertThat(lookup("#shortcuts .label").lookup(action.title()).tryQuery())
              .as(action.title())
              .isPresent();
        }
      }
    }
    push(KeyCode.ESCAPE);
    assertThat(seen("#shortcuts")).isFalse();
  }

  @Test
  void buttonsTellTheirKeys() {
    push(KeyCode.CONTROL, KeyCode.DIGIT2);
    until("the explorer is there", () -> seen("#undo"));
    assertThat(find("#undo", javafx.scene.control.Button.class).getTooltip().getText())
        .contains(action("undo").shortcut());
    assertThat(find("#rail-train", javafx.scene.control.ToggleButton.class).getTooltip().getText())
        .contains(action("go-train").shortcut());
  }
}
