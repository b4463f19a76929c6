package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.store.TensorDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A batch of token ids goes through a model, and comes out as safetensors. */
final class ForwardCommandTest {
  @TempDir Path folder;
  private Session session;
  private Path batch;
  private Path out;

  @BeforeEach
  void aHome() {
    session = new Session(folder.resolve("home"));
    batch = folder.resolve("batch.json");
    out = folder.resolve("out.safetensors");
  }

  @Test
  void aSampleAnswersWithGradients() throws IOException {
    Files.writeString(
        batch,
        """
        {"input_ids": [[5, 6, 7, 8], [9, 10, 11, 0]], "labels": [[5, 6, 7], [8, 9, -100]]}
        """);
    Session.Result done =
        session.run(
            "forward",
            "tongues",
            "--batch",
            batch.toString(),
            "--out",
            out.toString(),
            "--gradients");
    assertThat(done.err()).isEmpty();
    assertThat(done.code()).isZero();
    assertThat(done.out()).contains("5 labels");
    try (TensorDirectory answer = TensorDirectory.of(out)) {
      assertThat(answer.tensor("logits").shape()).containsExactly(2, 3, 208);
      assertThat(answer.floats("loss")[0]).isPositive();
      assertThat(answer.tensor("decoder.block.1.expert").shape()).containsExactly(2, 3);
      assertThat(answer.tensor("decoder.block.1.kept").shape()).containsExactly(2, 3);
      assertThat(answer.floats("decoder.block.1.gate")).hasSize(6);
      assertThat(answer.tensor("grad.shared.weight").shape()).containsExactly(208, 64);
    }
  }

  @Test
  void whatIsWrongWithABatchIsSaidAndNothingIsWritten() throws IOException {
    assertRefused("{\"input_ids\": [[5, 208]]}", "input_ids row 0 place 1 is 208");
    assertRefused("{\"input_ids\": [[5, 6], [7]]}", "row 1 of input_ids has 1 numbers");
    assertRefused("{\"labels\": [[5, -1]]}", "labels row 0 place 1 is -1");
    assertRefused("{\"input_ids\": [[5, 6", "is not JSON");
    assertRefused("{\"ids\": [[5]]}", "has \"ids\"");
    assertRefused("{\"labels\": [[-100, -100]]}", "no labels that count");
  }

  private void assertRefused(String json, String why) throws IOException {
    Files.writeString(batch, json);
    Session.Result refused =
        session.run(
            "forward",
            "tongues",
            "--batch",
            batch.toString(),
            "--out",
            out.toString(),
            "--gradients");
    assertThat(refused.code()).as(json).isEqualTo(Problems.BAD_INPUT);
    assertThat(refused.err()).contains("batch.json").contains(why).hasLineCount(1);
    assertThat(out).doesNotExist();
  }

  @Test
  void whatTransformersHasNoPlaceForIsNotExported() {
    Session.Result refused =
        session.run("export", "tongues", "--out", folder.resolve("hf").toString());
    assertThat(refused.code()).isEqualTo(Problems.BAD_INPUT);
    assertThat(refused.err()).contains("a decoder alone").hasLineCount(1);
    assertThat(folder.resolve("hf")).doesNotExist();
  }
}
