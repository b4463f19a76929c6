package dev.switchyard.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.ByteTokenizer;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.model.TinyModel;
import dev.switchyard.engine.observe.Decoding;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationListener;
import dev.switchyard.engine.observe.GenerationStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GeneratorTest {
  private static final List<String> TEXTS = List.of("abcd", "x", "hello");

  private final Tokenizer tokenizer = new ByteTokenizer();
  private final ReferenceBackend backend = new ReferenceBackend();
  private final SwitchTransformer model = model(true);

  private SwitchTransformer model(boolean encodes) {
    return new SwitchTransformer(
        TinyModel.config(
            Map.of("vocab_size", tokenizer.vocabSize(), "is_encoder_decoder", encodes)),
        TinyModel.routing(Map.of("eval_capacity_factor", 3)),
        backend,
        3);
  }

  private final Generator generator = new Generator(model, tokenizer);

  @AfterEach
  void close() {
    model.close();
  }

  private int[] ended(String text) {
    int[] ids = tokenizer.ids(text);
    int[] ended = Arrays.copyOf(ids, ids.length + 1);
    ended[ids.length] = tokenizer.end();
    return ended;
  }

  /** The next token's logits after what was written, by a whole forward pass. */
  private static float[] next(SwitchTransformer model, int[] read, List<Integer> written) {
    int[] asked = new int[written.size() + 1];
    for (int i = 0; i < written.size(); i++) {
      asked[i + 1] = written.get(i);
    }
    int[] labels = new int[asked.length];
    Arrays.fill(labels, Batch.IGNORED);
    float[] logits =
        model.logits(
            new Batch(1, read.length, asked.length, read, asked, labels, ones(read), ones(asked)));
    int width = model.config().vocabSize();
    return Arrays.copyOfRange(logits, logits.length - width, logits.length);
  }

  private static int[] ones(int[] like) {
    int[] ones = new int[like.length];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void greedyTakesTheMostProbableTokenEachTime() {
    List<Integer> want = new ArrayList<>();
    while (want.size() < 6) {
      float[] logits = next(model, ended("abcd"), want);
      int best = 0;
      for (int i = 1; i < logits.length; i++) {
        best = logits[i] > logits[best] ? i : best;
      }
      want.add(best);
    }
    assertThat(generator.tokens(List.of(ended("abcd")), Decoding.greedy(6)).getFirst())
        .containsExactly(want.stream().mapToInt(i -> i).toArray());
  }

  @Test
  void severalPromptsAtOnceGiveWhatEachGivesAlone() {
    for (Decoding decoding :
        List.of(Decoding.greedy(5), Decoding.beam(3, 0.6, 5), Decoding.sample(1, 0.9, 5, 7))) {
      List<Generation> together = generator.write(TEXTS, decoding, GenerationListener.NONE);
      assertThat(together).extracting(Generation::prompt).isEqualTo(TEXTS);
      // A draw at random depends on the prompt's number: there only the first can be compared.
      int compared = decoding.strategy() == Decoding.Strategy.SAMPLE ? 1 : TEXTS.size();
      for (int i = 0; i < compared; i++) {
        List<String> one = List.of(TEXTS.get(i));
        Generation alone = generator.write(one, decoding, GenerationListener.NONE).getFirst();
        assertThat(together.get(i).text()).isEqualTo(alone.text());
        assertThat(together.get(i).logProbability())
            .isCloseTo(alone.logProbability(), within(1e-5));
      }
    }
  }

  @Test
  void theStepsTellTokensProbabilitiesAlternativesAndRouting() {
    List<GenerationStep> heard = new ArrayList<>();
    Generation written =
        generator
            .write(List.of("abcd"), Decoding.greedy(4), (prompt, step) -> heard.add(step))
            .getFirst();
    assertThat(written.steps()).isEqualTo(heard).hasSize(4);
    List<Integer> before = new ArrayList<>();
    double sum = 0;
    for (GenerationStep step : heard) {
      double[] p = softmax(next(model, ended("abcd"), before));
      int id = step.token().id();
      assertThat(step.number()).isEqualTo(before.size());
      assertThat(step.token().text()).isEqualTo(tokenizer.piece(id));
      assertThat(step.probability()).isCloseTo(p[id], within(1e-6));
      assertThat(step.alternatives()).hasSize(StepDetail.ALTERNATIVES);
      assertThat(step.alternatives().getFirst().token().id()).isEqualTo(id);
      assertThat(step.alternatives())
          .extracting(GenerationStep.Alternative::probability)
          .isSortedAccordingTo(Collections.reverseOrder());
      assertThat(step.routing()).hasSize(1);
      assertThat(step.routing().getFirst().name()).isEqualTo("decoder.block.1");
      assertThat(step.routing().getFirst().expert()).hasSize(1);
      before.add(id);
      sum += Math.log(step.probability());
    }
    assertThat(written.logProbability()).isCloseTo(sum, within(1e-9));
    assertThat(written.ended()).isFalse();
    assertThat(written.result()).isEqualTo(written.text());
  }

  private static double[] softmax(float[] logits) {
    double[] p = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp(logits[i]);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  @Test
  void theSameSeedDrawsTheSameAndAnotherSeedAnother() {
    Decoding once = Decoding.sample(1, 1, 12, 1);
    String text = generator.write(TEXTS, once, GenerationListener.NONE).get(2).text();
    assertThat(generator.write(TEXTS, once, GenerationListener.NONE).get(2).text()).isEqualTo(text);
    Decoding other = Decoding.sample(1, 1, 12, 2);
    assertThat(generator.write(TEXTS, other, GenerationListener.NONE).get(2).text())
        .isNotEqualTo(text);
  }

  @Test
  void aTemperatureNearZeroAndASmallTopPAreGreedy() {
    Generation greedy =
        generator.write(TEXTS, Decoding.greedy(8), GenerationListener.NONE).getFirst();
    for (Decoding cold : List.of(Decoding.sample(1e-4, 1, 8, 1), Decoding.sample(1, 1e-9, 8, 1))) {
      assertThat(generator.write(TEXTS, cold, GenerationListener.NONE).getFirst().text())
          .isEqualTo(greedy.text());
    }
  }

  @Test
  void aDecoderAloneGoesOnWithItsText() {
    try (SwitchTransformer alone = model(false)) {
      Generator continuing = new Generator(alone, tokenizer);
      int[] written =
          continuing.tokens(List.of(tokenizer.ids("abcd")), Decoding.greedy(1)).getFirst();
      List<Integer> given = Arrays.stream(tokenizer.ids("abcd")).boxed().toList();
      float[] logits = next(alone, new int[0], given);
      int best = 0;
      for (int i = 1; i < logits.length; i++) {
        best = logits[i] > logits[best] ? i : best;
      }
      assertThat(written).containsExactly(best);
      assertThatThrownBy(
              () -> continuing.fill(List.of("a ___"), Decoding.greedy(3), GenerationListener.NONE))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("a decoder alone");
    }
  }

  @Test
  void whatCannotBeReadIsRefused() {
    assertThatThrownBy(
            () -> generator.write(List.of(""), Decoding.greedy(3), GenerationListener.NONE))
        .isInstanceOf(InputException.class)
        .hasMessage("The text is empty: give at least one character.");
    assertThatThrownBy(
            () ->
                generator.write(
                    List.of("a".repeat(3000)), Decoding.greedy(3), GenerationListener.NONE))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("3,000 tokens");
    assertThatThrownBy(() -> Decoding.greedy(0))
        .isInstanceOf(InputException.class)
        .hasMessage("The maximum length is 0, but must be 1 to 4,096 tokens.");
    assertThatThrownBy(() -> Decoding.sample(0, 1, 5, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("temperature");
    assertThat(generator.tokens(List.of(), Decoding.greedy(3))).isEmpty();
  }
}
