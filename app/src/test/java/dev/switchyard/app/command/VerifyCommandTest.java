package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.app.command.Session.Result;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code switchyard verify} holds any backend against the cpu backend. */
final class VerifyCommandTest {
  @TempDir Path folder;

  @Test
  void itSaysHowFarEachOperationDeviates() throws IOException {
    Result result =
        new Session(folder)
            .run("verify", "--backend", "nd4j", "--rounds", "1", "--steps", "0", "--json");
    assertThat(result.err()).isEmpty();
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertThat(json.path("backend").asText()).isEqualTo("nd4j");
    assertThat(json.path("reference").asText()).isEqualTo("cpu");
    assertThat(json.path("findings").findValuesAsText("operation"))
        .contains("attention", "routing", "adafactor", "training step: gradient");
    // Two backends in single precision may each be half of the way off.
    assertThat(json.path("largest_deviation").path("float32").asDouble()).isLessThan(2e-5);
    assertThat(result.code()).isEqualTo(json.path("passed").asBoolean() ? 0 : 1);
  }

  @Test
  void itRefusesABackendThatThereIsNot() {
    Result result = new Session(folder).run("verify", "--backend", "abacus");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("abacus").contains("cuda");
  }
}
