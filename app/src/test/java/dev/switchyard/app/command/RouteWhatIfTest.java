package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.app.command.Session.Result;
import dev.switchyard.samples.Samples;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code route} with something changed. */
final class RouteWhatIfTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TEXT = Samples.bundled().exampleTexts("tongues").getFirst();

  @TempDir private Path folder;

  private Result route(String... options) {
    String[] all = new String[options.length + 4];
    all[0] = "route";
    all[1] = "tongues";
    all[2] = "--text";
    all[3] = TEXT;
    System.arraycopy(options, 0, all, 4, options.length);
    return new Session(folder).run(all);
  }

  @Test
  void theDifferenceToTheModelIsTold() throws Exception {
    Result result = route("--off", "2", "--capacity-factor", "8", "--json");
    assertThat(result.code()).as(result.err()).isZero();
    JsonNode json = JSON.readTree(result.out());
    JsonNode own = json.get("untouched").get("layers").get(0);
    int asked = 0;
    for (JsonNode token : own.get("tokens")) {
      asked += token.get("expert").asInt() == 2 && token.get("kept").asBoolean() ? 1 : 0;
    }
    JsonNode rerouted = json.get("difference").get("rerouted").get(own.get("name").asText());
    assertThat(rerouted).hasSize(asked);
    for (JsonNode token : json.get("what_if").get("layers").get(0).get("tokens")) {
      assertThat(token.get("expert").asInt()).isNotEqualTo(2);
      assertThat(token.get("kept").asBoolean()).isTrue();
    }
    assertThat(route("--off", "2").out()).contains("what if: ", "cross entropy ");
  }

  @Test
  void linesAreTextsOfTheirOwn() throws Exception {
    String[] lines = {TEXT + "\n" + TEXT.substring(0, TEXT.indexOf(' ', 60))};
    Result result =
        new Session(folder).run("route", "tongues", "--text", lines[0], "--lines", "--json");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.lines()).hasSize(2);
    JsonNode first = JSON.readTree(result.lines().getFirst());
    JsonNode alone = JSON.readTree(route("--json").out());
    assertThat(first.get("decoder_tokens")).isEqualTo(alone.get("decoder_tokens"));
    assertThat(first.get("predictions").get(3).get("best"))
        .isEqualTo(alone.get("predictions").get(3).get("best"));
  }

  @Test
  void whatCantBeSaysWhy() {
    refuse("takes an expert, such as 3", "--off", "three");
    refuse("There is no expert 99", "--force", "99");
    refuse("must be one of top_1", "--selection", "best");
    refuse("--experts-per-token goes with --selection", "--experts-per-token", "2");
    refuse("--seed is that of --jitter", "--seed", "2");
    refuse("--together is for several texts", "--together");
  }

  private void refuse(String why, String... options) {
    Result result = route(options);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(why);
    assertThat(result.out()).isEmpty();
  }
}
