package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.ByteTokenizer;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.generate.Generator;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.observe.Decoding;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationListener;
import dev.switchyard.engine.tensor.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A model that learned two sentences by heart fills their blanks. */
final class FillingLearnedBlanksTest {
  private static final List<String> BLANKED =
      List.of("The <extra_id_0> stops at <extra_id_1>.", "A <extra_id_0> waits here <extra_id_1>.");
  private static final List<String> CUT_OUT =
      List.of("<extra_id_0>train<extra_id_1>dusk", "<extra_id_0>red wagon<extra_id_1>a day");
  private static final List<String> WHOLE =
      List.of("The train stops at dusk.", "A red wagon waits here a day.");

  private final Tokenizer tokenizer = new ByteTokenizer();

  @Test
  void fillsThemWithWhatWasCutOut() {
    ModelConfig config =
        SettingsRecord.with(
            ModelConfig.defaults(),
            Map.of(
                "vocab_size", tokenizer.vocabSize(),
                "d_model", 32,
                "d_ff", 64,
                "num_heads", 2,
                "num_layers", 2,
                "num_decoder_layers", 2,
                "num_experts", 2));
    TrainingConfig training =
        SettingsRecord.with(
            TrainingConfig.defaults(), Map.of("learning_rate", 0.01, "schedule", "constant"));
    // A token that is dropped in training, and never when it writes, learns for another model.
    RoutingConfig roomForAll =
        SettingsRecord.with(RoutingConfig.defaults(), Map.of("capacity_factor", 2));
    try (Backend backend = Backends.open("cpu", ElementType.FLOAT32);
        Learner learner =
            new Learner("model", new SwitchTransformer(config, roomForAll, backend, 1), training)) {
      Batch batch = batch();
      for (int step = 1; step <= 300; step++) {
        learner.compute(batch, step);
        learner.update(step, 0.01);
      }
      Generator generator = new Generator(learner.model(), tokenizer);
      for (Decoding decoding : List.of(Decoding.greedy(40), Decoding.beam(3, 0.6, 40))) {
        List<Generation> filled = generator.fill(BLANKED, decoding, GenerationListener.NONE);
        assertThat(filled).extracting(Generation::filled).isEqualTo(WHOLE);
        assertThat(filled).extracting(Generation::text).isEqualTo(CUT_OUT);
        assertThat(filled).allMatch(Generation::ended);
      }
    }
  }

  private Batch batch() {
    int[][] inputs = BLANKED.stream().map(this::ended).toArray(int[][]::new);
    int[][] targets = CUT_OUT.stream().map(this::ended).toArray(int[][]::new);
    int read = Arrays.stream(inputs).mapToInt(row -> row.length).max().orElseThrow();
    int write = Arrays.stream(targets).mapToInt(row -> row.length).max().orElseThrow();
    Batch batch =
        new Batch(
            2,
            read,
            write,
            new int[2 * read],
            new int[2 * write],
            new int[2 * write],
            new int[2 * read],
            new int[2 * write]);
    Arrays.fill(batch.labels(), Batch.IGNORED);
    for (int row = 0; row < 2; row++) {
      for (int i = 0; i < inputs[row].length; i++) {
        batch.inputs()[row * read + i] = inputs[row][i];
        batch.inputMask()[row * read + i] = 1;
      }
      for (int i = 0; i < targets[row].length; i++) {
        batch.labels()[row * write + i] = targets[row][i];
        batch.targetMask()[row * write + i] = 1;
        batch.decoderInputs()[row * write + i] = i == 0 ? Tokenizer.PAD : targets[row][i - 1];
      }
    }
    return batch;
  }

  private int[] ended(String text) {
    int[] ids = tokenizer.ids(text);
    int[] ended = Arrays.copyOf(ids, ids.length + 1);
    ended[ids.length] = tokenizer.end();
    return ended;
  }
}
