package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.app.command.Session.Result;
import dev.switchyard.samples.Samples;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample model writes. */
final class GenerateCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private Result generate(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "generate";
    all[1] = "tongues";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    Result result = new Session(folder).run(all);
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  private static String begun() {
    String example = Samples.bundled().exampleTexts("tongues").getFirst();
    return example.substring(0, example.indexOf(' ', 40));
  }

  @Test
  void theStepsAreToldWithTheirExperts() throws Exception {
    JsonNode json = JSON.readTree(generate(begun(), "--max-length", "6", "--json").out());
    double sum = 0;
    for (JsonNode step : json.get("steps")) {
      sum += Math.log(step.get("probability").asDouble());
      assertThat(step.get("alternatives")).hasSize(8);
      assertThat(step.get("routing")).isNotEmpty();
      assertThat(step.get("routing").get(0).get("name").asText()).startsWith("decoder.block.");
    }
    assertThat(json.get("steps")).hasSizeBetween(1, 6);
    assertThat(json.get("log_probability").asDouble()).isCloseTo(sum, within(1e-6));
    assertThat(json.get("prompt").asText()).isEqualTo(begun());
    assertThat(generate(begun(), "--max-length", "6", "--steps").out()).contains("runners-up");
  }

  @Test
  void aWhatIfHoldsForEveryTokenThatIsWritten() throws Exception {
    JsonNode json =
        JSON.readTree(generate(begun(), "--max-length", "3", "--force", "2", "--json").out());
    for (JsonNode step : json.get("steps")) {
      for (JsonNode layer : step.get("routing")) {
        assertThat(layer.get("expert").asInt()).isEqualTo(2);
      }
    }
  }

  @Test
  void theSeedFixesWhatIsDrawn() {
    String text = begun();
    String first = generate(text, "--temperature", "3", "--seed", "4", "--max-length", "12").out();
    assertThat(generate(text, "--temperature", "3", "--seed", "4", "--max-length", "12").out())
        .isEqualTo(first);
    assertThat(generate(text, "--temperature", "3", "--seed", "5", "--max-length", "12").out())
        .isNotEqualTo(first);
  }

  @Test
  void severalTextsAndStandardInputAtOnce() {
    String text = begun();
    InputStream before = System.in;
    try {
      System.setIn(new ByteArrayInputStream((text + "\n").getBytes(StandardCharsets.UTF_8)));
      List<String> lines = generate("--beams", "3", "--max-length", "6", text, "-").lines();
      assertThat(lines).hasSize(2);
      assertThat(lines.get(0)).isEqualTo(lines.get(1));
    } finally {
      System.setIn(before);
    }
  }
}
