package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.app.command.Session.Result;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code switchyard devices}, on whatever machine the test runs. */
final class DevicesCommandTest {
  @TempDir Path folder;

  @Test
  void itSaysWhatServesWhat() throws IOException {
    Result text = new Session(folder).run("devices");
    assertThat(text.code()).isZero();
    assertThat(text.err()).isEmpty();
    assertThat(text.lines())
        .anyMatch(line -> line.startsWith("processor "))
        .anyMatch(line -> line.startsWith("GPU"))
        .anyMatch(line -> line.startsWith("driver "))
        .anyMatch(line -> line.startsWith("CUDA 13 ") && line.contains("libcublasLt.so.13"))
        .anyMatch(line -> line.startsWith("auto       takes "));

    JsonNode json = new ObjectMapper().readTree(new Session(folder).run("devices", "--json").out());
    assertThat(json.path("processor").path("cores").asInt()).isPositive();
    assertThat(json.path("libraries")).hasSize(6);
    assertThat(json.path("auto").asText()).isIn("cuda", "nd4j", "cpu");
    if (!json.path("auto").asText().equals("cuda")) {
      assertThat(json.path("note").asText()).startsWith("The cuda backend can't be used: ");
      Result cuda = new Session(folder).run("bench", "--backend", "cuda");
      assertThat(cuda.code()).isEqualTo(2);
      assertThat(cuda.err().strip()).isEqualTo("switchyard: " + json.path("note").asText());
    }
  }
}
