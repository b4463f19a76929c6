package dev.switchyard.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.tensor.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Decoding with kept keys and values gives what the whole forward pass gives. */
final class IncrementalDecoderTest {
  // Sums of a few dozen products in another order: rounding alone, in either precision.
  private static final Offset<Float> DOUBLE_ROUNDING = within(1e-6f);
  private static final Offset<Float> FLOAT_ROUNDING = within(2e-4f);

  private static final List<int[]> PROMPTS =
      List.of(new int[] {3, 7, 5, 9, 12, 1}, new int[] {4, 1}, new int[] {8, 2, 11, 1});
  private static final int[][] WRITTEN = {
    {10, 6, 3, 2, 9, 4, 4}, {11, 1, 5, 7, 2, 12, 3}, {2, 2, 8, 9, 6, 10, 5}
  };
  private static final Map<String, ?> AMPLE = Map.of("eval_capacity_factor", 3);
  private static final Map<String, ?> ALONE = Map.of("is_encoder_decoder", false);

  private final List<AutoCloseable> open = new ArrayList<>();

  @org.junit.jupiter.api.AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private SwitchTransformer model(Backend backend, Map<String, ?> shape, Map<String, ?> routing) {
    open.add(backend);
    SwitchTransformer model =
        new SwitchTransformer(TinyModel.config(shape), TinyModel.routing(routing), backend, 5);
    open.add(model);
    return model;
  }

  private IncrementalDecoder decoder(SwitchTransformer model, List<int[]> prompts, int beams) {
    IncrementalDecoder decoder =
        model.config().isEncoderDecoder()
            ? new IncrementalDecoder(
                model,
                prompts,
                prompts.stream().map(p -> new int[] {Tokenizer.PAD}).toList(),
                beams)
            : new IncrementalDecoder(
                model,
                List.of(),
                prompts.stream().map(IncrementalDecoderTest::begun).toList(),
                beams);
    open.add(decoder);
    return decoder;
  }

  private static int[] begun(int[] text) {
    int[] begun = new int[text.length + 1];
    System.arraycopy(text, 0, begun, 1, text.length);
    return begun;
  }

  /** Logits of the last place of each row, by one pass over all rows with padding at their ends. */
  private static float[][] whole(SwitchTransformer model, List<int[]> prompts, int[][] written) {
    boolean encodes = model.config().isEncoderDecoder();
    List<int[]> read = new ArrayList<>();
    for (int row = 0; row < written.length; row++) {
      int[] start = encodes ? new int[1] : begun(prompts.get(row));
      int[] all = Arrays.copyOf(start, start.length + written[row].length);
      System.arraycopy(written[row], 0, all, start.length, written[row].length);
      read.add(all);
    }
    int inputLength = encodes ? prompts.stream().mapToInt(p -> p.length).max().orElseThrow() : 0;
    int length = read.stream().mapToInt(r -> r.length).max().orElseThrow();
    int rows = written.length;
    int[] labels = new int[rows * length];
    Arrays.fill(labels, Batch.IGNORED);
    Batch batch =
        new Batch(
            rows,
            inputLength,
            length,
            padded(encodes ? prompts : List.of(), inputLength, false),
            padded(read, length, false),
            labels,
            padded(encodes ? prompts : List.of(), inputLength, true),
            padded(read, length, true));
    float[] logits = model.logits(batch);
    int vocabulary = model.config().vocabSize();
    float[][] last = new float[rows][];
    for (int row = 0; row < rows; row++) {
      int place = row * length + read.get(row).length - 1;
      last[row] = Arrays.copyOfRange(logits, place * vocabulary, (place + 1) * vocabulary);
    }
    return last;
  }

  private static int[] padded(List<int[]> rows, int length, boolean mask) {
    int[] padded = new int[rows.size() * length];
    for (int row = 0; row < rows.size(); row++) {
      for (int i = 0; i < rows.get(row).length; i++) {
        padded[row * length + i] = mask ? 1 : rows.get(row)[i];
      }
    }
    return padded;
  }

  private static int[] column(int[][] tokens, int place) {
    return Arrays.stream(tokens).mapToInt(row -> row[place]).toArray();
  }

  private static int[][] before(int[][] tokens, int place) {
    return Arrays.stream(tokens).map(row -> Arrays.copyOf(row, place)).toArray(int[][]::new);
  }

  private static float[] row(IncrementalDecoder decoder, int row) {
    int vocabulary = decoder.logits().length / decoder.rows();
    return Arrays.copyOfRange(decoder.logits(), row * vocabulary, (row + 1) * vocabulary);
  }

  private void assertSameAsWhole(SwitchTransformer model, Offset<Float> rounding) {
    IncrementalDecoder decoder = decoder(model, PROMPTS, 1);
    for (int place = 0; place < WRITTEN[0].length; place++) {
      float[][] want = whole(model, PROMPTS, before(WRITTEN, place));
      for (int row = 0; row < want.length; row++) {
        assertThat(row(decoder, row))
            .as("row %d, token %d", row, place)
            .contains(want[row], rounding);
      }
      decoder.append(column(WRITTEN, place));
    }
  }

  @Test
  void encoderDecoderWithRowsOfDifferentLengths() {
    assertSameAsWhole(model(new ReferenceBackend(), Map.of(), AMPLE), DOUBLE_ROUNDING);
  }

  @Test
  void decoderAloneWithBeginningsOfDifferentLengths() {
    assertSameAsWhole(model(new ReferenceBackend(), ALONE, AMPLE), DOUBLE_ROUNDING);
  }

  @Test
  void everyLayerSparseGatedAndUntied() {
    Map<String, ?> shape =
        Map.of(
            "encoder_sparse_step",
            1,
            "decoder_sparse_step",
            1,
            "feed_forward_proj",
            "gated-gelu",
            "tie_word_embeddings",
            false);
    assertSameAsWhole(model(new ReferenceBackend(), shape, AMPLE), DOUBLE_ROUNDING);
  }

  @Test
  void withoutSwitchLayers() {
    Map<String, ?> dense = Map.of("encoder_sparse_step", 0, "decoder_sparse_step", 0);
    assertSameAsWhole(model(new ReferenceBackend(), dense, Map.of()), DOUBLE_ROUNDING);
  }

  @Test
  void withSwitchLayersInAttentionAndASharedExpert() {
    Map<String, ?> more =
        Map.of(
            "switch_attention",
            "feed-forward",
            "switch_attention_step",
            1,
            "shared_expert_d_ff",
            5,
            "is_encoder_decoder",
            false);
    assertSameAsWhole(model(new ReferenceBackend(), more, AMPLE), DOUBLE_ROUNDING);
  }

  @Test
  void onTheFastBackend() {
    assertSameAsWhole(
        model(Backends.open("cpu", ElementType.FLOAT32), Map.of(), AMPLE), FLOAT_ROUNDING);
    assertSameAsWhole(
        model(Backends.open("cpu", ElementType.FLOAT32), ALONE, AMPLE), FLOAT_ROUNDING);
  }

  @Test
  void onThePortableBackend() {
    assertSameAsWhole(
        model(Backends.open("nd4j", ElementType.FLOAT32), Map.of(), AMPLE), FLOAT_ROUNDING);
  }

  @Test
  void moreTokensThanTheCacheHasRoomForAtFirst() {
    SwitchTransformer model = model(new ReferenceBackend(), Map.of(), AMPLE);
    List<int[]> prompt = PROMPTS.subList(0, 1);
    IncrementalDecoder decoder = decoder(model, prompt, 1);
    int[] written = new int[70];
    Arrays.setAll(written, i -> 2 + i * 5 % 11);
    for (int token : written) {
      decoder.append(new int[] {token});
    }
    assertThat(row(decoder, 0))
        .contains(whole(model, prompt, new int[][] {written})[0], DOUBLE_ROUNDING);
  }

  @Test
  void rowsThatChangePlacesTakeTheirPastAlong() {
    SwitchTransformer model = model(new ReferenceBackend(), Map.of(), AMPLE);
    IncrementalDecoder decoder = decoder(model, PROMPTS, 2);
    decoder.append(new int[] {10, 6, 4, 2, 3, 5});
    decoder.reorder(new int[] {1, 1, 2, 2, 5, 4});
    decoder.append(new int[] {7, 8, 7, 8, 7, 8});
    List<int[]> doubled = PROMPTS.stream().flatMap(p -> List.of(p, p).stream()).toList();
    float[][] want =
        whole(model, doubled, new int[][] {{6, 7}, {6, 8}, {4, 7}, {4, 8}, {5, 7}, {3, 8}});
    for (int row = 0; row < want.length; row++) {
      assertThat(row(decoder, row)).as("row %d", row).contains(want[row], DOUBLE_ROUNDING);
    }
  }

  /**
   * A token that is decoded alone competes with nobody, so that the capacity never binds in the
   * decoder: the logits are those of a forward pass with room for all, and not those of one that
   * drops tokens.
   */
  @Test
  void whereCapacityBindsTheCacheGivesWhatThereWouldBeWithRoomForAll() {
    Map<String, ?> alone = Map.of("is_encoder_decoder", false, "decoder_sparse_step", 1);
    SwitchTransformer model =
        model(new ReferenceBackend(), alone, Map.of("eval_capacity_factor", 0.1));
    IncrementalDecoder decoder = decoder(model, PROMPTS, 1);
    for (int place = 0; place < WRITTEN[0].length; place++) {
      decoder.append(column(WRITTEN, place));
    }
    float[][] dropping = whole(model, PROMPTS, WRITTEN);
    RoutingConfig tight = model.routing();
    model.setRouting(TinyModel.routing(AMPLE));
    float[][] ample = whole(model, PROMPTS, WRITTEN);
    model.setRouting(tight);
    for (int row = 0; row < ample.length; row++) {
      assertThat(row(decoder, row)).contains(ample[row], DOUBLE_ROUNDING);
    }
    assertThat(row(decoder, 2)[0]).isNotCloseTo(dropping[2][0], within(1e-3f));
  }

  @Test
  void theEncoderDropsTokensAsInEvaluationAndPromptsDoNotCompete() {
    SwitchTransformer model =
        model(new ReferenceBackend(), Map.of(), Map.of("eval_capacity_factor", 0.1));
    float[] together = row(decoder(model, PROMPTS, 1), 0);
    float[] alone = row(decoder(model, PROMPTS.subList(0, 1), 1), 0);
    assertThat(together).contains(alone, DOUBLE_ROUNDING);
    float[] whole = whole(model, PROMPTS.subList(0, 1), new int[1][0])[0];
    assertThat(alone).contains(whole, DOUBLE_ROUNDING);
    model.setRouting(TinyModel.routing(AMPLE));
    float[] ample = row(decoder(model, PROMPTS.subList(0, 1), 1), 0);
    assertThat(ample[0]).isNotCloseTo(alone[0], within(1e-3f));
  }

  @Test
  void showsWhereTheTokenOfEachRowWent() {
    SwitchTransformer model = model(new ReferenceBackend(), ALONE, AMPLE);
    IncrementalDecoder decoder = decoder(model, PROMPTS, 1);
    for (int row = 0; row < 3; row++) {
      int[] read = begun(PROMPTS.get(row));
      LayerRouting want = traced(model, read).of(read.length - 1);
      LayerRouting got = decoder(model, PROMPTS, 1).routing(row).getFirst();
      assertThat(got.name()).isEqualTo("decoder.block.1");
      assertThat(got.expert()).containsExactly(want.expert());
      assertThat(got.probabilities()[0]).contains(want.probabilities()[0], DOUBLE_ROUNDING);
      assertThat(got.kept()).containsExactly(true);
    }
    assertThat(decoder.rows()).isEqualTo(3);
  }

  private static LayerRouting traced(SwitchTransformer model, int[] read) {
    int[] ignored = new int[read.length];
    Arrays.fill(ignored, Batch.IGNORED);
    int[] ones = new int[read.length];
    Arrays.fill(ones, 1);
    Batch batch = new Batch(1, 0, read.length, new int[0], read, ignored, new int[0], ones);
    return model.trace(batch, null).layers().getFirst();
  }

  @Test
  void tokensThatTheModelDoesNotHaveAreRefused() {
    SwitchTransformer model = model(new ReferenceBackend(), Map.of(), AMPLE);
    assertThatThrownBy(() -> decoder(model, List.of(new int[] {99}), 1))
        .hasMessageContaining("beyond the model's vocabulary of 13");
  }
}
