package dev.switchyard.engine.microscope;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.generate.Generator;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationListener;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * A model that nobody trains, under the microscope. Requests run one behind the other on a thread
 * of its own; nobody else may use the model or its backend meanwhile.
 */
public final class ModelMicroscope implements Microscope {
  private final Subject subject;
  private final SwitchTransformer model;
  private final Tokenizer tokenizer;
  private final Runnable atEnd;
  private final ExecutorService thread;

  /**
   * A microscope over a model.
   *
   * @param atEnd run on the microscope's thread when it is closed: frees model and tokenizer, say
   */
  public ModelMicroscope(
      Subject subject, SwitchTransformer model, Tokenizer tokenizer, Runnable atEnd) {
    this.subject = subject;
    this.model = model;
    this.tokenizer = tokenizer;
    this.atEnd = atEnd;
    this.thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("microscope " + subject.name()).factory());
  }

  /**
   * What can be said of a model: its shape in a line, and its own capacity factor.
   *
   * @param fillsBlanks whether it learned span corruption
   */
  public static Subject describe(
      String name, SwitchTransformer model, boolean fillsBlanks, List<String> exampleTexts) {
    ModelConfig config = model.config();
    int switchLayers = model.switchLayers();
    String detail =
        switchLayers == 0
            ? "dense, %,d parameters".formatted(model.parameterCount())
            : "%d experts in each of %d Switch layers, %,d parameters"
                .formatted(config.numExperts(), switchLayers, model.parameterCount());
    return new Subject(
        name,
        detail,
        switchLayers == 0 ? 0 : config.numExperts(),
        model.routing().evalCapacityFactor(),
        fillsBlanks && model.config().isEncoderDecoder(),
        List.copyOf(exampleTexts),
        model.routing().selection().selection(),
        List.of());
  }

  @Override
  public Subject subject() {
    return subject;
  }

  @Override
  public CompletableFuture<List<RoutingTrace>> routeAll(Request request) {
    return answer(new CompletableFuture<>(), () -> route(model, tokenizer, request));
  }

  @Override
  public CompletableFuture<List<Generation>> generate(Prompt prompt, GenerationListener listener) {
    StoppableListener stoppable = new StoppableListener(listener);
    CompletableFuture<List<Generation>> answer = new CompletableFuture<>();
    stoppable.setAnswer(answer);
    return answer(answer, () -> generate(model, tokenizer, prompt, stoppable));
  }

  private <T> CompletableFuture<T> answer(CompletableFuture<T> answer, Supplier<T> request) {
    try {
      thread.execute(
          () -> {
            if (answer.isCancelled()) {
              return;
            }
            try {
              answer.complete(request.get());
            } catch (RuntimeException | Error e) {
              answer.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(
          new InputException(
              "The model %s is closed: open it again.".formatted(subject.name()), e));
    }
    return answer;
  }

  /**
   * Lets a model write, on the calling thread.
   *
   * @throws InputException for texts that are empty or too long, where there is no blank to fill,
   *     and for a what-if that can't be
   */
  public static List<Generation> generate(
      SwitchTransformer model, Tokenizer tokenizer, Prompt prompt, GenerationListener listener) {
    Generator generator =
        new Generator(model, tokenizer, WhatIfRouting.of(model, prompt.whatIf(), 0));
    return prompt.fill()
        ? generator.fill(prompt.texts(), prompt.decoding(), listener)
        : generator.write(prompt.texts(), prompt.decoding(), listener);
  }

  /**
   * Routes texts on the calling thread. An encoder reads a text and its end, and the decoder writes
   * the target (or the text itself) and its end; a decoder alone reads the start token, as it did
   * in training, and then the text.
   *
   * @return a trace for each routing group
   * @throws InputException for a text that is empty or too long, and for a what-if that can't be
   */
  public static List<RoutingTrace> route(
      SwitchTransformer model, Tokenizer tokenizer, Request request) {
    return new TextRouting(model, tokenizer, request).traces();
  }

  /** Waits for the requests that were made, then ends. */
  @Override
  public void close() {
    if (!thread.isShutdown()) {
      thread.execute(atEnd);
    }
    thread.close();
  }
}
