package dev.switchyard.engine.microscope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.ByteTokenizer;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.model.TinyModel;
import dev.switchyard.engine.observe.Decoding;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationListener;
import dev.switchyard.engine.observe.GenerationStep;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.TokenText;
import dev.switchyard.engine.observe.WhatIf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ModelMicroscopeTest {
  private final Tokenizer tokenizer = new ByteTokenizer();
  private final AtomicReference<String> closedOn = new AtomicReference<>();
  private ModelMicroscope microscope;

  private RoutingTrace route(Map<String, ?> changes, Microscope.Request request) {
    return open(changes).route(request).join();
  }

  private Microscope open(Map<String, ?> changes) {
    ModelConfig config =
        TinyModel.config(
            changes.isEmpty()
                ? Map.of("vocab_size", tokenizer.vocabSize())
                : Map.of("vocab_size", tokenizer.vocabSize(), "is_encoder_decoder", false));
    SwitchTransformer model =
        new SwitchTransformer(
            config, TinyModel.routing(Map.of("routing_groups", 4)), new ReferenceBackend(), 1);
    microscope =
        new ModelMicroscope(
            ModelMicroscope.describe("tiny", model, changes.isEmpty(), List.of()),
            model,
            tokenizer,
            () -> {
              model.close();
              closedOn.set(Thread.currentThread().getName());
            });
    return microscope;
  }

  @AfterEach
  void close() {
    if (microscope != null) {
      microscope.close();
      assertThat(closedOn.get()).isEqualTo("microscope tiny");
    }
  }

  @Test
  void encoderReadsTheTextAndTheDecoderIsTaughtTheTarget() {
    RoutingTrace trace = route(Map.of(), new Microscope.Request("abc", "xy", null));
    assertThat(trace.encoderTokens()).extracting(TokenText::start).containsExactly(0, 1, 2, -1);
    assertThat(trace.encoderTokens()).extracting(TokenText::end).containsExactly(1, 2, 3, -1);
    assertThat(trace.encoderTokens().getFirst().text()).isEqualTo("a");
    assertThat(trace.encoderTokens().getLast().id()).isEqualTo(tokenizer.end());
    assertThat(trace.decoderTokens().getFirst().id()).isEqualTo(Tokenizer.PAD);
    assertThat(trace.decoderTokens()).extracting(TokenText::start).containsExactly(-1, 0, 1);
    assertThat(trace.layers()).hasSize(2);
    assertThat(trace.layers())
        .allSatisfy(
            layer -> assertThat(layer.expert()).hasSameSizeAs(trace.tokens(layer).toArray()));
    assertThat(trace.crossEntropy()).isPositive();
    assertThat(microscope.subject().detail()).startsWith("3 experts in each of 2 Switch layers");
  }

  @Test
  void decoderAloneReadsTheStartAndThenTheTextAsInTraining() {
    RoutingTrace trace = route(Map.of("alone", true), Microscope.Request.of("abcd"));
    assertThat(trace.encoderTokens()).isEmpty();
    assertThat(trace.decoderTokens().getFirst().id()).isEqualTo(Tokenizer.PAD);
    assertThat(trace.decoderTokens()).extracting(TokenText::start).containsExactly(-1, 0, 1, 2, 3);
  }

  @Test
  void capacityFollowsTheRequest() {
    RoutingTrace trace = route(Map.of(), new Microscope.Request("abcdefgh", null, 0.5));
    assertThat(trace.layers().getFirst().capacity()).isEqualTo(1);
    assertThat(trace.layers().getFirst().dropped()).isGreaterThanOrEqualTo(6);
  }

  @Test
  void textsThatAreEmptyOrTooLongAreRefused() {
    assertThatThrownBy(() -> route(Map.of(), Microscope.Request.of("")))
        .hasRootCauseInstanceOf(InputException.class)
        .hasRootCauseMessage("The text is empty: give at least one character.");
    assertThatThrownBy(() -> microscope.route(Microscope.Request.of("a".repeat(3000))).join())
        .hasRootCauseInstanceOf(InputException.class)
        .hasMessageContaining("3,000 tokens");
  }

  @Test
  void writesStepByStepOnItsOwnThread() {
    List<GenerationStep> heard = new ArrayList<>();
    AtomicReference<String> on = new AtomicReference<>();
    Generation written =
        open(Map.of())
            .generate(
                new Microscope.Prompt(List.of("abc"), false, Decoding.greedy(5)),
                (prompt, step) -> {
                  heard.add(step);
                  on.set(Thread.currentThread().getName());
                })
            .join()
            .getFirst();
    assertThat(heard).isEqualTo(written.steps()).hasSizeBetween(1, 5);
    assertThat(on.get()).isEqualTo("microscope tiny");
    assertThat(microscope.subject().fillsBlanks()).isTrue();
  }

  @Test
  void writesUnderAWhatIf() {
    open(Map.of());
    Decoding greedy = Decoding.greedy(4);
    Microscope.Prompt plain = new Microscope.Prompt(List.of("abc"), false, greedy);
    WhatIf forced = WhatIf.NOTHING.forced(WhatIf.ExpertIn.everywhere(1));
    Generation written = write(new Microscope.Prompt(List.of("abc"), false, greedy, forced));
    assertThat(written.steps())
        .allSatisfy(
            step ->
                assertThat(step.routing())
                    .isNotEmpty()
                    .allSatisfy(layer -> assertThat(layer.expert()).containsOnly(1)));
    Generation untouched = write(plain);
    assertThat(untouched.logProbability()).isNotEqualTo(written.logProbability());
    WhatIf nothing = WhatIf.NOTHING.withSeed(5);
    assertThat(write(new Microscope.Prompt(List.of("abc"), false, greedy, nothing)).steps())
        .usingRecursiveComparison()
        .isEqualTo(untouched.steps());
    WhatIf noisy = WhatIf.NOTHING.withJitter(0.9).withSeed(3);
    Microscope.Prompt withNoise = new Microscope.Prompt(List.of("abc"), false, greedy, noisy);
    assertThat(write(withNoise).logProbability())
        .as("the same seed draws the same noise")
        .isEqualTo(write(withNoise).logProbability())
        .isNotEqualTo(untouched.logProbability());
    WhatIf none = WhatIf.NOTHING.switchedOff(WhatIf.ExpertIn.everywhere(99));
    assertThatThrownBy(() -> write(new Microscope.Prompt(List.of("abc"), false, greedy, none)))
        .hasRootCauseMessage("There is no expert 99: the model has experts 0 to 2.");
  }

  private Generation write(Microscope.Prompt prompt) {
    return microscope.generate(prompt, GenerationListener.NONE).join().getFirst();
  }

  @Test
  void fillsBlanks() {
    Generation written =
        open(Map.of())
            .generate(
                new Microscope.Prompt(List.of("a ___ c"), true, Decoding.greedy(5)),
                GenerationListener.NONE)
            .join()
            .getFirst();
    // An untrained model does not write the sentinel: its blank stays.
    assertThat(written.filled()).startsWith("a ").endsWith(" c");
    assertThat(written.prompt()).isEqualTo("a ___ c");
  }

  @Test
  void writingEndsWhenNobodyWaitsForIt() {
    CompletableFuture<Void> firstStep = new CompletableFuture<>();
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    List<GenerationStep> heard = new CopyOnWriteArrayList<>();
    Microscope.Prompt endless =
        new Microscope.Prompt(List.of("abc"), false, Decoding.sample(1, 1, 4096, 1));
    var answer =
        open(Map.of())
            .generate(
                endless,
                (prompt, step) -> {
                  heard.add(step);
                  firstStep.complete(null);
                  goOn.join();
                });
    firstStep.join();
    answer.cancel(true);
    goOn.complete(null);
    microscope.close(); // waits for the thread: the writing is over
    assertThat(heard).hasSize(1);
  }

  @Test
  void aClosedMicroscopeSaysSo() {
    route(Map.of(), Microscope.Request.of("abc"));
    microscope.close();
    assertThat(microscope.route(Microscope.Request.of("abc")))
        .isCompletedExceptionally()
        .failsWithin(Duration.ofSeconds(1))
        .withThrowableThat()
        .withMessageContaining("The model tiny is closed");
  }
}
