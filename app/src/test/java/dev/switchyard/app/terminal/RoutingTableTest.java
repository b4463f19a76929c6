package dev.switchyard.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.Choice;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables, sentences and JSON tell of each token where it went. */
final class RoutingTableTest {
  /** Two experts with room for one token each; the third token finds the first one's queue full. */
  private static final RoutingTrace TRACE =
      new RoutingTrace(
          List.of(),
          List.of(
              new TokenText(5, "kiln", 0, 4),
              new TokenText(6, "␣of", 4, 7),
              new TokenText(7, "a\u001bb", 7, 10)),
          List.of(
              new LayerRouting(
                  "decoder.block.1",
                  false,
                  1,
                  2,
                  1,
                  new int[] {0, 1, 0},
                  new float[] {0.75f, 0.625f, 0.5f},
                  new int[] {0, 0, 1},
                  new boolean[] {true, true, false},
                  new float[][] {{0.75f, 0.25f}, {0.375f, 0.625f}, {0.5f, 0.5f}},
                  new int[] {2, 1},
                  1.1)),
          2.5,
          3);

  @Test
  void aRowTellsExpertGateQueueAndFate() {
    List<String> lines = new RoutingTable(Style.of(false)).lines(TRACE);
    assertThat(lines.get(0)).contains("decoder.block.1", "2 experts", "capacity 1", "1 of 3");
    assertThat(lines.get(2))
        .containsSubsequence("0 kiln", " 0 ", "0.750", "1 of 1", "kept", "1 0.25");
    assertThat(lines.get(4)).containsSubsequence("2 a", "0.500", "2 of 1", "DROPPED");
    assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
  }

  @Test
  void aTokenCanNotMoveTheCursor() {
    assertThat(String.join("\n", new RoutingTable(Style.of(false)).lines(TRACE)))
        .doesNotContain("\u001b");
    assertThat(String.join("\n", new RoutingTable(Style.of(false)).sentence(TRACE)))
        .doesNotContain("\u001b");
  }

  @Test
  void aSentenceTellsEachTokensExpertAlsoWithoutColours() {
    assertThat(new RoutingTable(Style.of(false)).sentence(TRACE)).contains("kiln·0 ␣of·1 a·b·0✗");
    List<String> coloured = new RoutingTable(Style.of(true)).sentence(TRACE);
    assertThat(coloured.getLast()).contains("\u001b[");
    assertThat(Screen.visible(coloured.getLast())).isEqualTo("kiln·0 ␣of·1 a·b·0✗");
  }

  /** The first token has two experts, the second found room with its second only. */
  private static final RoutingTrace SEVERAL =
      new RoutingTrace(
          List.of(),
          List.of(new TokenText(5, "kiln", 0, 4), new TokenText(6, "␣of", 4, 7)),
          List.of(
              LayerRouting.of(
                  "decoder.block.1",
                  false,
                  1,
                  3,
                  1,
                  List.of(
                      List.of(new Choice(0, 0.75f, 0, true), new Choice(2, 0.25f, 0, true)),
                      List.of(new Choice(0, 0.625f, 1, false), new Choice(1, 0.375f, 0, true))),
                  new float[][] {{0.6f, 0.2f, 0.2f}, {0.5f, 0.3f, 0.2f}},
                  new int[] {2, 1, 1},
                  1.1)),
          2.5,
          3);

  @Test
  void aTokenWithSeveralExpertsHasARowForEach() {
    List<String> lines = new RoutingTable(Style.of(false)).lines(SEVERAL);
    assertThat(lines.get(0)).contains("no token dropped");
    assertThat(lines.get(2)).containsSubsequence("0 kiln", " 0 ", "0.750", "1 of 1", "kept");
    assertThat(lines.get(3)).containsSubsequence("and", " 2 ", "0.250", "1 of 1", "kept");
    assertThat(lines.get(4)).containsSubsequence("1 ␣of", " 0 ", "0.625", "2 of 1", "full");
    assertThat(lines.get(5)).containsSubsequence("and", " 1 ", "0.375", "1 of 1", "kept");
    assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    assertThat(new RoutingTable(Style.of(false)).sentence(SEVERAL)).contains("kiln·0+2 ␣of·1");
  }

  @Test
  void jsonHasEveryChoiceBesideTheOneThatCounts() throws Exception {
    Screen screen = new Screen();
    JsonLines.write(screen.terminal(false).out(), RoutingJson.of(SEVERAL));
    JsonNode layer = new ObjectMapper().readTree(screen.out()).path("layers").path(0);
    assertThat(layer.path("dropped").asInt()).isZero();
    JsonNode second = layer.path("tokens").path(1);
    assertThat(second.path("expert").asInt()).isEqualTo(1);
    assertThat(second.path("kept").asBoolean()).isTrue();
    assertThat(second.path("choices")).hasSize(2);
    assertThat(second.path("choices").path(0).path("expert").asInt()).isZero();
    assertThat(second.path("choices").path(0).path("position").asInt()).isEqualTo(1);
    assertThat(second.path("choices").path(0).path("kept").asBoolean()).isFalse();
  }

  @Test
  void jsonHasEveryProbability() throws Exception {
    Screen screen = new Screen();
    JsonLines.write(screen.terminal(false).out(), RoutingJson.of(TRACE));
    assertThat(screen.lines()).hasSize(1);
    JsonNode json = new ObjectMapper().readTree(screen.out());
    assertThat(json.path("decoder_tokens")).hasSize(3);
    JsonNode dropped = json.path("layers").path(0).path("tokens").path(2);
    assertThat(dropped.path("kept").asBoolean()).isFalse();
    assertThat(dropped.path("position").asInt()).isEqualTo(1);
    assertThat(dropped.path("expert").asInt()).isZero();
    assertThat(dropped.path("probabilities")).hasSize(2);
  }
}
