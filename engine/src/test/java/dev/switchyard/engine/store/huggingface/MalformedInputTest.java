package dev.switchyard.engine.store.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.BatchFile;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.data.Tokenizers;
import dev.switchyard.engine.store.CheckpointParts;
import dev.switchyard.engine.store.Checkpoints;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.TensorDirectory;
import dev.switchyard.engine.store.TrainingState;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Some twenty thousand damaged files: each opens, or is refused in a line that names the file; no
 * other error, and no memory beyond what the file's size asks for.
 */
final class MalformedInputTest {
  /** Files of some ten kilobytes are tried; parsing one takes a few times its size. */
  private static final long MOST_BYTES = 16L << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  private interface Attempt {
    void run();
  }

  @Test
  void headersOfWeights() throws IOException {
    copy("second-layers-tied");
    Path file = folder.resolve(TensorDirectory.SINGLE);
    byte[] whole = Files.readAllBytes(file);
    int length = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
    byte[] header = Arrays.copyOfRange(whole, 8, 8 + length);
    byte[] data = Arrays.copyOfRange(whole, 8 + length, whole.length);
    Mutations mutations = new Mutations(1);
    for (int i = 0; i < 6_000; i++) {
      byte[] damaged = mutations.of(header);
      long said = mutations.below(8) == 0 ? mutations.below(1 << 20) - 1000 : damaged.length;
      write(file, file(said, damaged, mutations.below(10) == 0 ? new byte[7] : data));
      attempt(i, this::openAndRead);
    }
  }

  @Test
  void lengthsOfHeaders() throws IOException {
    copy("second-layers-tied");
    Path file = folder.resolve(TensorDirectory.SINGLE);
    byte[] whole = Files.readAllBytes(file);
    Mutations mutations = new Mutations(2);
    for (int i = 0; i < 1_000; i++) {
      long length = mutations.below(Integer.MAX_VALUE) * (i % 2 == 0 ? 1L : -4_000_000_007L);
      ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putLong(length >> i % 40);
      write(file, i % 3 == 0 ? whole : Arrays.copyOf(whole, mutations.below(whole.length)));
      attempt(i, this::openAndRead);
    }
  }

  @Test
  void configurations() throws IOException {
    copy("every-layer-untied");
    damageEach(folder.resolve("config.json"), 3, 3_000, this::openAndRead);
  }

  @Test
  void configurationsOfOurOwn() throws IOException {
    copy("second-layers-tied");
    Path ours;
    try (HuggingFaceImport model = HuggingFaceImport.open(ModelFolder.open(folder))) {
      CheckpointParts parts = new CheckpointParts(new TrainingState(0, 0, 0, 0, null));
      ours =
          new Checkpoints(folder.resolve("ours"))
              .write(model.addTo(parts, model.description(), share -> {}));
    }
    damageEach(ours.resolve("config.json"), 4, 1_500, () -> ModelFolder.open(ours));
  }

  @Test
  void indexes() throws IOException {
    copy("sharded-bfloat16");
    damageEach(folder.resolve(TensorDirectory.INDEX), 5, 2_000, this::openAndRead);
  }

  @Test
  void batches() throws IOException {
    copy("second-layers-tied");
    Path file = folder.resolve("batch.json");
    damageEach(file, 6, 5_000, () -> BatchFile.read(file, 24, true));
  }

  @Test
  void tokenizers() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, TOKENIZER);
    damageEach(
        file,
        7,
        2_000,
        () -> {
          try (Tokenizer tokenizer = Tokenizers.open(file.toString())) {
            tokenizer.ids("wagon on a track");
          }
        });
  }

  private void damageEach(Path file, long seed, int times, Attempt attempt) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Mutations mutations = new Mutations(seed);
    for (int i = 0; i < times; i++) {
      write(file, mutations.of(whole));
      attempt(i, attempt);
    }
  }

  /**
   * Some file systems write a file that is cut and filled again to the disk at once; a new one,
   * not.
   */
  private static void write(Path file, byte[] bytes) throws IOException {
    Files.deleteIfExists(file);
    Files.write(file, bytes);
  }

  private void openAndRead() {
    ModelFolder model = ModelFolder.open(folder);
    try (TensorDirectory tensors = model.tensors()) {
      tensors.tensors().keySet().forEach(tensors::checksum);
    }
  }

  private void attempt(int number, Attempt attempt) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      attempt.run();
    } catch (InputException e) {
      assertThat(e.getMessage()).contains(folder.toString()).doesNotContain("\n");
      assertThat(e.getMessage().length()).isLessThan(2000);
    } catch (RuntimeException | Error e) {
      fail("Damage %d of the seed was not refused as it should be".formatted(number), e);
    }
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
        .as("bytes allocated by damage %d", number)
        .isLessThan(MOST_BYTES);
  }

  private void copy(String fixture) throws IOException {
    try (Stream<Path> files = Files.list(Fixtures.folder(fixture))) {
      for (Path file : files.toList()) {
        if (!file.endsWith("answers.safetensors")) {
          Files.copy(file, folder.resolve(file.getFileName()));
        }
      }
    }
  }

  private static byte[] file(long length, byte[] header, byte[] data) {
    return ByteBuffer.allocate(8 + header.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(header)
        .put(data)
        .array();
  }

  private static final String TOKENIZER =
      """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [
         {"id": 0, "content": "<pad>", "special": true, "single_word": false, "lstrip": false,
          "rstrip": false, "normalized": false},
         {"id": 1, "content": "</s>", "special": true, "single_word": false, "lstrip": false,
          "rstrip": false, "normalized": false}],
       "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null,
       "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab":
         {"<pad>": 0, "</s>": 1, "<unk>": 2, "wagon": 3, "on": 4, "a": 5, "track": 6}}}
      """;

  @Test
  void contradictionsAreNamed() throws IOException {
    copy("second-layers-tied");
    Path config = folder.resolve("config.json");
    String whole = Files.readString(config);
    for (List<String> contradiction :
        List.of(
            List.of("\"d_model\": 12", "\"d_model\": 16", "shape [24, 12], but"),
            List.of("\"num_experts\": 4", "\"num_experts\": 5", "shape [4, 12], but"),
            List.of("\"num_experts\": 4", "\"num_experts\": 3", "shape [4, 12], but"),
            List.of("\"num_experts\": 4", "\"num_experts\": 60000", "asks for 60000 experts"),
            List.of("\"num_layers\": 2", "\"num_layers\": 1", "encoder.block.1"),
            List.of("\"encoder_sparse_step\": 2", "\"encoder_sparse_step\": 1", "no tensor"),
            List.of("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false", "lm_head"),
            List.of("\"dense_act_fn\": \"relu\"", "\"dense_act_fn\": \"gelu\"", "dense_act_fn"),
            List.of("\"router_bias\": false", "\"router_bias\": true", "router_bias"),
            List.of("\"num_heads\": 2", "\"num_heads\": -2", "num_heads"),
            List.of("\"vocab_size\": 24", "\"vocab_size\": \"many\"", "vocab_size"))) {
      assertThat(whole).contains(contradiction.get(0));
      Files.writeString(config, whole.replace(contradiction.get(0), contradiction.get(1)));
      try {
        ModelFolder.open(folder);
        fail("%s was not refused".formatted(contradiction));
      } catch (InputException e) {
        assertThat(e.getMessage())
            .contains(folder.toString())
            .contains(contradiction.get(2))
            .doesNotContain("\n");
      }
    }
    Files.write(config, whole.getBytes(StandardCharsets.UTF_8));
    ModelFolder.open(folder);
  }
}
