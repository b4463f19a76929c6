package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.Microscope.Request;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.views.chart.ExpertQueues;
import dev.switchyard.views.chart.TokenChips;
import dev.switchyard.views.chart.TokenGrid;
import dev.switchyard.views.chart.TokenProbabilities;
import dev.switchyard.views.fake.FakeMicroscope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javafx.geometry.Point2D;
import javafx.scene.Node;
import javafx.scene.control.ListView;
import javafx.scene.input.KeyCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExploreScreenTest extends ScreenTest {
  private RoutingTrace trace;

  @BeforeEach
  void openSample() {
    press("#hero-explore");
    until("a token is inspected", () -> seen("#token-title"));
    trace = workbench.microscopes.getLast().trace(Request.of(FakeMicroscope.EXAMPLE));
    until(
        "the grid is laid out",
        () -> find("#grid", Node.class).getBoundsInLocal().getHeight() > 60);
  }

  /** Clicks once the place stands still: rows are laid out again when their numbers change. */
  private void clickAt(Node node, Supplier<Point2D> place) {
    List<Point2D> seen = new ArrayList<>();
    until(
        "the place stands still",
        () -> {
          seen.addFirst(node.localToScreen(place.get()));
          return seen.size() >= 8 && seen.stream().limit(8).distinct().count() == 1;
        });
    clickOn(seen.getFirst());
  }

  private static int find(LayerRouting layer, boolean kept) {
    return IntStream.range(0, layer.kept().length)
        .filter(t -> layer.kept()[t] == kept)
        .skip(1)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aClickedCellShowsItsNumbersOfTheTrace() {
    LayerRouting layer = trace.layers().get(1);
    int token = find(layer, true);
    TokenGrid grid = find("#grid", TokenGrid.class);
    clickAt(grid, () -> grid.centerOf(1, token));
    untilText("#token-title", "Token %d, encoder 3".formatted(token));
    assertThat(text("#token-gate .stat-value"))
        .isEqualTo(String.format(Locale.ROOT, "%.3f", layer.gate()[token]));
    assertThat(text("#token-fate"))
        .isEqualTo(
            "kept · place %d of %d at expert %d"
                .formatted(layer.position()[token] + 1, layer.capacity(), layer.expert()[token]));
  }

  @Test
  void aDroppedTokenSaysWhy() {
    LayerRouting layer = trace.layers().getFirst();
    int token = find(layer, false);
    TokenChips chips = find("#chips", TokenChips.class);
    clickAt(chips, () -> chips.centerOf(token));
    untilText("#token-title", "Token %d, encoder 1".formatted(token));
    int expert = layer.expert()[token];
    assertThat(text("#token-fate")).startsWith("dropped · place ");
    assertThat(text("#token-why"))
        .startsWith(
            "Dropped: %d tokens asked for expert %d, which takes %d"
                .formatted(layer.asked()[expert], expert, layer.capacity()));
  }

  @Test
  void arrowKeysMoveBetweenTokensAndLayers() {
    TokenGrid grid = find("#grid", TokenGrid.class);
    clickAt(grid, () -> grid.centerOf(0, 3));
    untilText("#token-title", "Token 3, encoder 1");
    type(KeyCode.RIGHT);
    untilText("#token-title", "Token 4, encoder 1");
    type(KeyCode.DOWN, 2);
    untilText("#token-title", "Token 4, decoder 1");
  }

  @Test
  void aClickedExpertListsItsTokens() {
    LayerRouting layer = trace.layers().getFirst();
    ExpertQueues queues = find("#queues", ExpertQueues.class);
    clickAt(queues, () -> queues.centerOf(4));
    untilText("#expert-title", "Expert 4, encoder 1");
    assertThat(find("#expert-tokens", ListView.class).getItems()).hasSize(layer.asked()[4]);
  }

  @Test
  void textIsRoutedAsItIsTyped() {
    write("#text", "one two three");
    untilText("#status", "6 tokens routed in 11 ms");
  }

  @Test
  void aTextThatCantBeRoutedSaysWhy() {
    write("#text", "unroutable");
    untilText("#text-problem", "The text is unroutable: write another.");
    write("#text", "good");
    until("the problem is gone", () -> !seen("#text-problem"));
  }

  @Test
  void blanksAreFilledTokenByToken() {
    write("#text", "the ferry carries ___ across the river");
    untilText("#write", "Fill the blanks");
    press("#write");
    untilText(
        "#written-text", "the ferry carries paper boats and seven silver spoons across the river");
    untilText("#step-title", "Token 8 of 8: ‹end›");
    press("#step-before");
    untilText("#step-title", "Token 7 of 8: spoons");
    assertThat(find("#alternatives", TokenProbabilities.class).alternatives())
        .extracting(alternative -> alternative.token().text())
        .containsExactly("spoons", "lanterns", "coins");
    assertThat(text("#step-experts")).startsWith("dec 1: expert ");
    TokenChips chips = find("#written-chips", TokenChips.class);
    clickAt(chips, () -> chips.centerOf(1));
    untilText("#step-title", "Token 2 of 8: paper");
    press("#write-close");
    until("it is put away", () -> !seen("#written"));
  }

  @Test
  void aTextWithoutBlanksIsContinued() {
    write("#text", "the ferry");
    untilText("#write", "Continue");
    press("#write");
    untilText("#written-text", "the ferry paper boats and seven silver spoons");
    write("#text", "another text");
    until("what was written goes with its text", () -> !seen("#written"));
  }

  @Test
  void aTextThatCantBeWrittenAfterSaysWhy() {
    write("#text", "unwritable ___");
    press("#write");
    untilText("#written-text", "The text is unwritable: write another.");
  }

  @Test
  void anotherModelClosesTheOneBefore() {
    FakeMicroscope first = workbench.microscopes.getLast();
    interact(() -> window.explore(runs.resolve("mine").toString()));
    untilText("#models", "mine");
    until("the first is closed", first::isClosed);
  }

  @Test
  void aHundredAndTwentyEightExpertsAndFiveHundredTokensFitTheScreen() {
    workbench.experts = 128;
    interact(() -> window.explore("large"));
    untilText("#models", "large");
    write("#text", (FakeMicroscope.EXAMPLE + " ").repeat(20));
    untilText("#status", "1,040 tokens routed in 11 ms");
    Node grid = find("#grid", Node.class);
    assertThat(grid.localToScene(grid.getBoundsInLocal()).getMaxX())
        .isLessThan(stage.getScene().getWidth());
  }
}
