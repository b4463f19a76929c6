package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.Microscope.Request;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.views.chart.RoutingFlow;
import dev.switchyard.views.chart.TokenPath;
import dev.switchyard.views.fake.FakeMicroscope;
import dev.switchyard.views.fake.Mouse;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javafx.geometry.Point2D;
import javafx.scene.Node;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.ListView;
import javafx.scene.control.Slider;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.MouseEvent;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The explorer's other pages: flow, what experts prefer, several sentences, generation. */
class ExplorePagesTest extends ScreenTest {
  private RoutingTrace trace;

  @BeforeEach
  void openSample() {
    press("#hero-explore");
    until("a token is inspected", () -> seen("#token-title"));
    trace = workbench.microscopes.getLast().trace(Request.of(FakeMicroscope.EXAMPLE));
  }

  private void page(String title) {
    choose("#pages", title);
  }

  private void choose(String choice, String title) {
    interact(
        () ->
            lookup(choice + " .toggle-button").queryAllAs(ToggleButton.class).stream()
                .filter(button -> button.getText().equals(title))
                .findFirst()
                .orElseThrow()
                .setSelected(true));
  }

  @Test
  void theFlowSaysWhoGoesWhere() {
    page("Flow");
    RoutingFlow flow = find("#flow", RoutingFlow.class);
    until("it is laid out", () -> seen("#flow") && flow.getHeight() > 100);
    int expert = 4;
    int taken = trace.layers().getFirst().taken()[expert];
    until(
        "the expert is pointed at",
        () -> {
          Mouse.fire(flow, MouseEvent.MOUSE_MOVED, flow.centerOfExpert(expert));
          return text("#flow-reading").startsWith("expert 4 of enc 1 · " + taken + " token");
        });
    interact(() -> Mouse.fire(flow, MouseEvent.MOUSE_PRESSED, flow.centerOfExpert(expert)));
    untilText("#expert-title", "Expert 4, encoder 1");
    interact(() -> Mouse.fire(flow, MouseEvent.MOUSE_PRESSED, flow.centerOfToken(3)));
    untilText("#token-title", "Token 3, encoder 1");
    choose("#flow-through", "Layer to layer");
    until(
        "the last layer is pointed at",
        () -> {
          Mouse.fire(flow, MouseEvent.MOUSE_MOVED, flow.centerOfExpert(expert));
          return text("#flow-reading").startsWith("expert 4 of enc 3 · ");
        });
  }

  @Test
  void gridAndFlowAreSavedAsTheyAreSeen() throws IOException {
    pick("#save-routing", "save-png");
    pick("#save-routing", "save-svg");
    pick("#export-queues", "save-svg");
    pick("#export-queues", "save-csv");
    page("Flow");
    RoutingFlow flow = find("#flow", RoutingFlow.class);
    until("it is laid out", () -> seen("#flow") && flow.getHeight() > 100);
    for (String extension : List.of("png", "svg", "csv")) {
      pick("#export-flow", "save-" + extension);
    }
    until("all is saved", () -> prompt.saved.stream().allMatch(Files::exists));
    assertThat(prompt.saved)
        .extracting(file -> file.getFileName().toString())
        .containsExactly(
            "tokens-by-layers.png",
            "tokens-by-layers.svg",
            "experts-in-encoder-1.svg",
            "experts-in-encoder-1.csv",
            "flow-of-tokens-to-the-experts-of-encoder-1.png",
            "flow-of-tokens-to-the-experts-of-encoder-1.svg",
            "flow-of-tokens-to-the-experts-of-encoder-1.csv");
    for (int picture : List.of(0, 4)) {
      assertThat(ImageIO.read(prompt.saved.get(picture).toFile()).getWidth()).isGreaterThan(1200);
    }
    assertThat(Files.readString(prompt.saved.get(1)))
        .contains("<svg", ">enc 3<", ">lante", "stroke-dasharray");
    assertThat(Files.readString(prompt.saved.get(2))).contains("<svg", ">capacity ", "× fair<");
    assertThat(Files.readAllLines(prompt.saved.get(3)))
        .hasSize(1 + trace.layers().getFirst().experts())
        .first()
        .isEqualTo("expert,asked,kept,capacity,load");
    assertThat(Files.readString(prompt.saved.get(5)))
        .contains("<svg", ">lanterns<", ">expert 4 · ", ">dropped · ");
    assertThat(Files.readAllLines(prompt.saved.get(6)))
        .hasSize(1 + 4 * trace.decoderTokens().size());
  }

  @Test
  void theTokenIsSeenInEveryLayerOfItsStack() {
    TokenPath path = find("#token-path", TokenPath.class);
    assertThat(path.layers()).containsExactly(0, 1);
    interact(() -> Mouse.fire(path, MouseEvent.MOUSE_PRESSED, new Point2D(60, 30)));
    until("the layer is chosen", () -> text("#token-title").endsWith(", encoder 3"));
    assertThat(seen("#token-prediction") && !text("#token-prediction").isEmpty()).isFalse();
    choose("#layers", "dec 1");
    until(
        "the decoder's token says more", () -> text("#token-prediction").startsWith("Next token"));
    assertThat(path.layers()).containsExactly(2, 3);
  }

  @Test
  void aCorpusIsReadAndItsExpertsAreSeen() {
    page("Experts");
    assertThat(text("#survey-data")).isEqualTo("sample-corpus");
    press("#survey");
    until("experts are listed", () -> experts().getItems().size() == 8);
    page("Text");
    interact(() -> window.explore("seven-valleys"));
    page("Experts");
    until("another model has no result yet", () -> experts().getItems().isEmpty());
  }

  private ListView<?> experts() {
    return find("#survey-experts", ListView.class);
  }

  @Test
  void anExpertsTasteStandsBesideItsTokens() {
    page("Experts");
    press("#survey");
    until("experts are listed", () -> experts().getItems().size() == 8);
    page("Text");
    until("the inspector knows it", () -> text("#expert-likes").startsWith("Over the corpus"));
  }

  @Test
  void aSurveyCanBeCancelled() throws InterruptedException {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    workbench.betweenTexts =
        () -> {
          reading.countDown();
          try {
            assertThat(cancelled.await(15, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    page("Experts");
    press("#survey");
    assertThat(reading.await(15, TimeUnit.SECONDS)).isTrue();
    until("progress is seen", () -> seen("#survey-progress"));
    press("#survey-cancel");
    cancelled.countDown();
    until("it can be started again", () -> !find("#survey", ButtonBase.class).isDisabled());
    assertThat(experts().getItems()).isEmpty();
    assertThat(seen("#survey-problem")).isFalse();
  }

  @Test
  void wrongSurveysSayWhy() {
    page("Experts");
    write("#survey-texts", "many");
    untilText(
        "#survey-problem", "The number of texts is \"many\", but must be from 1 to 1,000,000.");
    assertThat(find("#survey", ButtonBase.class).isDisabled()).isTrue();
    write("#survey-texts", "64");
    write("#survey-data", "nowhere");
    press("#survey");
    untilText(
        "#survey-problem", "There is no file or folder \"nowhere\": check the path of the data.");
  }

  @Test
  void eachLineIsASentence() {
    write("#text", "one two three\nfour five\n\nsix seven eight nine");
    untilText("#sentence", "sentence 1 of 3");
    untilText("#status", "3 sentences, 18 tokens routed in 11 ms");
    press("#sentence-after");
    untilText("#sentence", "sentence 2 of 3");
    press("#sentence-after");
    assertThat(find("#sentence-after", ButtonBase.class).isDisabled()).isTrue();
    interact(() -> find("#sentence-before", ButtonBase.class).fire());
    choose("#together", "share the room");
    until("all are one group", () -> text("#token-title").startsWith("Token "));
    press("#sentence-after");
    untilText("#token-title", "Token 5, encoder 1");
    choose("#by-line", "one text");
    until("there is one sentence", () -> !seen("#sentence"));
  }

  @Test
  void aWhatIfIsWrittenBesideWhatTheModelWrites() {
    write("#text", "the ferry carries ___ across the river");
    press("#write");
    untilText("#written-text", filled("paper boats and seven silver spoons"));
    assertThat(seen("#written-untouched")).isFalse();
    interact(() -> find("#step-slider", Slider.class).setValue(1));
    press("#expert-switch-3");
    untilText("#written-text", filled("paper boats past the silver bell"));
    assertThat(text("#written-untouched"))
        .isEqualTo("as trained: " + filled("paper boats and seven silver spoons"));
    assertThat(text("#written .card-subtitle")).endsWith("3 not as trained");
    untilText("#step-title", "Token 2 of 8: paper");
    press("#undo");
    untilText("#written-text", filled("paper boats and seven silver spoons"));
    assertThat(seen("#written-untouched")).isFalse();
  }

  private static String filled(String words) {
    return "the ferry carries " + words + " across the river";
  }

  @Test
  void everyStepOfWhatIsWrittenCanBeLookedAt() {
    write("#text", "the ferry carries ___ across the river");
    untilText("#write", "Fill the blanks");
    press("#write");
    untilText("#step-title", "Token 8 of 8: ‹end›");
    interact(() -> find("#step-slider", Slider.class).setValue(1));
    untilText("#step-title", "Token 2 of 8: paper");
    assertThat(text("#step-router")).isEqualTo("router of decoder 1 at this step");
    assertThat(find("#written-grid", Node.class).isVisible()).isTrue();
    press("#write-close");
    until("the text is back", () -> seen("#queues"));
    page("Generate");
    press("#write-first");
    until("it is written again", () -> seen("#written"));
  }
}
