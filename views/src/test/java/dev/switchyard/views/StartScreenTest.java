package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.views.fake.FakeWorkbench;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javafx.scene.control.Button;
import javafx.scene.control.ListView;
import org.junit.jupiter.api.Test;
import org.testfx.util.WaitForAsyncUtils;

class StartScreenTest extends ScreenTest {
  @Override
  FakeWorkbench workbench() {
    return super.workbench().withRuns();
  }

  @Test
  void oneClickOpensTheSampleInTheExplorer() {
    press("#hero-explore");
    until("the sample's tokens are shown", () -> seen("#token-title"));
    assertThat(text("#models")).isEqualTo("seven-valleys");
  }

  @Test
  void runsOnDiskStandInTheList() {
    until("runs are listed", () -> find("#runs", ListView.class).getItems().size() == 3);
  }

  @Test
  void trainingASampleAnewFillsTheFormWithItsPreset() {
    press("#train-seven-valleys");
    untilText("#run-name-field", "seven-valleys");
    untilText("#setting-steps", "1000");
    untilText("#setting-learning_rate", "0.005");
  }

  @Test
  void nothingStartsBeforeThePresetsAreRead() {
    until("the start page is read", () -> seen("#train-seven-valleys"));
    CountDownLatch reading = new CountDownLatch(1);
    workbench.presetsRead = reading;
    press("#rail-train");
    assertThat(find("#create", Button.class).isDisabled()).isTrue();
    reading.countDown();
    until("it can start", () -> !find("#create", Button.class).isDisabled());
  }

  @Test
  void aModelThatCantBeOpenedIsToldOnce() {
    workbench.problem = "The sample can't be copied.";
    interact(() -> window.explore("/models/broken"));
    until("it is told", () -> lookup("#toasts .toast").tryQuery().isPresent());
    WaitForAsyncUtils.waitForFxEvents();
    assertThat(lookup("#toasts .toast").queryAll()).hasSize(1);
  }

  @Test
  void droppedTextsComeToTheForm() {
    Path text = runs.resolve("letters.txt");
    interact(() -> window.newRun(null, List.of(text)));
    until("the text is in the form", () -> lookup(text.toString()).tryQuery().isPresent());
    assertThat(seen("#train-form")).isTrue();
  }

  @Test
  void aRunOnDiskOpensReadyToGoOn() {
    interact(() -> window.resume(runs.resolve("seven-valleys-32")));
    untilText("#state", "ready");
    untilText("#step-number", "40");
    press("#start");
    assertThat(run().commands).containsExactly("start");
  }

  @Test
  void aFolderWithoutAModelSaysSoInTheWindow() {
    interact(() -> window.explore("/models/broken"));
    until(
        "the problem is shown",
        () ->
            lookup("#toasts .label").queryAll().stream()
                .anyMatch(n -> n.toString().contains("has no model.safetensors")));
    press("#rail-start");
    assertThat(seen("#start-page")).isTrue();
  }
}
