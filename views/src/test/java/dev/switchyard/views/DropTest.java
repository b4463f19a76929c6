package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.views.fake.RunFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever is dropped on the window goes to the screen that suits it; the hint says which. */
class DropTest extends ScreenTest {
  private Path file(String name, String text) throws IOException {
    Path file = runs.resolve("dropped").resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private void drop(String hint, Path... paths) {
    interact(() -> window.drop().hover(List.of(paths)));
    untilText("#drop-title", hint);
    assertThat(seen("#drop-hint")).isTrue();
    interact(() -> window.drop().drop(List.of(paths)));
    assertThat(seen("#drop-hint")).isFalse();
  }

  @Test
  void aRunOpensReadyToGoOnAndSeveralAreCompared() {
    Path one = RunFolders.trained(runs.resolve("one"), RunFolders.settings("twin", true), 30, 1);
    Path two = RunFolders.trained(runs.resolve("two"), RunFolders.settings("twin", true), 30, 1);
    drop("Open the run, ready to go on", one.resolve("run.json"));
    untilText("#state", "ready");
    drop("Compare the runs", one, two);
    until("they are compared", () -> seen("#compare-screen"));
    press("#rail-inspect");
    drop("Look at the run’s weights", one);
  }

  @Test
  void aModelIsExploredOrInspectedWhereThePersonIs() throws IOException {
    file("model/config.json", "{}");
    Path weights = file("model/model.safetensors", "");
    drop("Explore where the model’s tokens go", weights.getParent());
    until("it is explored", () -> seen("#explore") && text("#models").equals("model"));
    press("#rail-inspect");
    drop("Look at the model’s weights", weights);
    until("it is inspected", () -> seen("#inspect-page"));
  }

  @Test
  void aConfigurationWithoutWeightsIsPlanned() throws IOException {
    Path config =
        file("small/config.json", "{\"d_model\": 64, \"num_experts\": 4, \"model_type\": \"t5\"}");
    drop("Plan a cluster for this configuration", config.getParent());
    until("it is planned", () -> seen("#planner") && text("#plan-summary").contains("parameters"));
  }

  @Test
  void textsAreTrainedOnAndAShortOneIsRead() throws IOException {
    Path letter = file("texts/letter.txt", "the ferry carries seven lanterns");
    drop("Train on these texts", letter.getParent());
    until("it is in the form", () -> lookup(letter.getParent().toString()).tryQuery().isPresent());
    press("#rail-explore");
    until("a model is open", () -> seen("#token-title"));
    drop("See where the text’s tokens go", letter);
    untilText("#text", "the ferry carries seven lanterns");
    press("#rail-start");
    drop("Train on this text", letter);
    until("it is in the form", () -> lookup(letter.toString()).tryQuery().isPresent());
  }

  @Test
  void aRecordingIsReplayed() throws IOException {
    Path history = file("history/metrics.jsonl", "");
    drop("Replay the recording", history);
    untilText("#state", "replay");
  }

  @Test
  void whatCantBeOpenedIsSaid() throws IOException {
    drop("This can’t be opened", file("photo.png", "x"));
    until(
        "the problem is shown",
        () ->
            lookup("#toasts .label").queryAll().stream()
                .anyMatch(n -> n.toString().contains("photo.png is nothing that can be opened")));
    assertThat(seen("#start-page")).isTrue();
  }
}
