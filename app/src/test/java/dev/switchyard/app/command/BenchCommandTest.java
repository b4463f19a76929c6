package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.app.command.Session.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code switchyard bench} measures what a file describes, for people and for machines. */
final class BenchCommandTest {
  @TempDir Path folder;

  private Path config(String json) throws IOException {
    return Files.writeString(folder.resolve("config.json"), json);
  }

  @Test
  void itWritesOneJsonObjectWithEveryFigure() throws IOException {
    Path config =
        config(
            """
            {"model_type": "switch_transformers", "d_model": 32, "d_kv": 8, "d_ff": 64,
             "num_layers": 2, "num_sparse_encoder_layers": 1, "num_decoder_layers": 2,
             "num_sparse_decoder_layers": 1, "num_experts": 4, "vocab_size": 100,
             "batch": 2, "input_length": 16, "target_length": 8, "capacity_factor": 2}
            """);
    Result result =
        new Session(folder)
            .run(
                "bench",
                "--config",
                config.toString(),
                "--backend",
                "cpu",
                "--steps",
                "2",
                "--warm-up",
                "0.1",
                "--operations",
                "--tracing",
                "--expert-products",
                "--layer",
                "--json");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    JsonNode figures = new ObjectMapper().readTree(result.out());
    for (String name :
        new String[] {
          "step_ms",
          "forward_ms",
          "backward_ms",
          "update_ms",
          "inference_ms",
          "tokens_per_second",
          "gemm_peak_gflops",
          "share_of_peak",
          "heap_bytes_per_step"
        }) {
      assertThat(figures.path(name).asDouble()).as(name).isPositive();
    }
    assertThat(figures.path("operations").findValuesAsText("name"))
        .contains("attention", "adamW")
        .anyMatch(name -> name.startsWith("batchedMatmul ["));
    assertThat(figures.path("gemm_peak_type").asText()).isEqualTo("float32");
    // Of 2 x (16 + 8) tokens in one of two Switch layers each, four numbers a choice.
    assertThat(figures.path("tracing").path("numbers_of_trace").asInt()).isEqualTo(4 * 2 * 24);
    assertThat(figures.path("tracing").path("traces").asInt()).isPositive();
    assertThat(figures.path("tracing").path("step_ms").asDouble()).isPositive();
    assertThat(figures.path("expert_products").path("ratio").asDouble()).isPositive();
    assertThat(figures.path("layer").path("ratio").asDouble()).isPositive();
    assertThat(figures.path("layer").path("tokens").asInt()).isEqualTo(4096);
    // 2 x 16 tokens over 4 experts, twice as many slots as fit.
    assertThat(figures.path("expert_products").path("slots").asInt()).isEqualTo(16);
    assertThat(figures.path("product_kernels").asText()).startsWith("OpenBLAS ");
    assertThat(figures.path("model").path("num_experts").asInt()).isEqualTo(4);
    assertThat(figures.path("workload").path("batch").asInt()).isEqualTo(2);
    assertThat(figures.path("routing").path("expert_capacity").asInt()).isEqualTo(8);
  }

  @Test
  void itComparesNumbersOfExperts() throws IOException {
    Path config =
        config(
            """
            {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_decoder_layers": 2,
             "vocab_size": 100, "batch": 2, "input_length": 16, "target_length": 8,
             "precision": "selective", "optimizer": "adafactor"}
            """);
    List<String> command =
        List.of(
            "bench",
            "--config",
            config.toString(),
            "--backend",
            "cpu",
            "--steps",
            "2",
            "--warm-up",
            "0.1",
            "--json",
            "--experts");
    Result result =
        new Session(folder)
            .run(Stream.concat(command.stream(), Stream.of("2,8")).toArray(String[]::new));
    assertThat(result.err()).isEmpty();
    JsonNode figures = new ObjectMapper().readTree(result.out());
    assertThat(figures.path("step_without_update_ratio").asDouble()).isPositive();
    assertThat(figures.path("by_experts")).hasSize(2);
    JsonNode last = figures.path("by_experts").get(1);
    assertThat(last.path("model").path("num_experts").asInt()).isEqualTo(8);
    assertThat(last.path("gemm_peak_type").asText()).isEqualTo("bfloat16");
    assertThat(last.path("product_kernels").asText()).contains("bfloat16");
    assertThat(last.path("workload").path("optimizer").asText()).isEqualTo("adafactor");
    Result one =
        new Session(folder)
            .run(Stream.concat(command.stream(), Stream.of("8")).toArray(String[]::new));
    assertThat(one.code()).isEqualTo(2);
    assertThat(one.err()).contains("two or more");
  }

  @Test
  void itRefusesWhatItCanNotMeasure() throws IOException {
    Result unknown =
        new Session(folder).run("bench", "--config", config("{\"d_modle\": 1}").toString());
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("config.json").contains("\"d_modle\"");
    Result noBackend = new Session(folder).run("bench", "--backend", "abacus");
    assertThat(noBackend.code()).isEqualTo(2);
    assertThat(noBackend.err()).contains("abacus").contains("nd4j");
    Result forever = new Session(folder).run("bench", "--warm-up", "Infinity");
    assertThat(forever.code()).isEqualTo(2);
    assertThat(forever.err()).contains("--warm-up is Infinity");
    Result noExperts = new Session(folder).run("bench", "--experts", "8,0");
    assertThat(noExperts.code()).isEqualTo(2);
    assertThat(noExperts.err()).contains("num_experts is 0");
    Result narrow =
        new Session(folder)
            .run("bench", "--config", config("{\"d_model\": 4}").toString(), "--layer");
    assertThat(narrow.code()).isEqualTo(2);
    assertThat(narrow.err()).contains("d_model is 4");
  }
}
