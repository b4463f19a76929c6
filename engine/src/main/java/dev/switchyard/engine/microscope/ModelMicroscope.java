package dev.switchyard.engine.microscope;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.generate.Generator;
import dev.switchyard.engine.model.ForwardTrace;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationListener;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.TokenText;
import java.util.ArrayList;
import java.util.Arrays;
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
  /** Tokens of a text at most: attention's memory grows with the square. */
  public static final int MOST_TOKENS = 2048;

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
        List.copyOf(exampleTexts));
  }

  @Override
  public Subject subject() {
    return subject;
  }

  @Override
  public CompletableFuture<RoutingTrace> route(Request request) {
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
   * @throws InputException for texts that are empty or too long, and where there is no blank to
   *     fill
   */
  public static List<Generation> generate(
      SwitchTransformer model, Tokenizer tokenizer, Prompt prompt, GenerationListener listener) {
    Generator generator = new Generator(model, tokenizer);
    return prompt.fill()
        ? generator.fill(prompt.texts(), prompt.decoding(), listener)
        : generator.write(prompt.texts(), prompt.decoding(), listener);
  }

  /**
   * Routes a text on the calling thread. An encoder reads the text and its end, and the decoder
   * writes the target (or the text itself) and its end; a decoder alone reads the start token, as
   * it did in training, and then the text.
   *
   * @throws InputException for a text that is empty or too long
   */
  public static RoutingTrace route(SwitchTransformer model, Tokenizer tokenizer, Request request) {
    if (request.capacityFactor() != null && !(request.capacityFactor() > 0)) {
      throw new InputException(
          "The capacity factor is %s, but must be above 0.".formatted(request.capacityFactor()));
    }
    Reading text = Reading.of(tokenizer, request.text(), "text");
    boolean encodes = model.config().isEncoderDecoder();
    Reading target =
        request.target() == null ? text : Reading.of(tokenizer, request.target(), "target");
    Reading read = encodes ? text.ended() : Reading.NOTHING;
    Reading asked = encodes ? target.ended().shifted() : text.begun();
    int[] labels = encodes ? target.ended().ids() : text.thenNothing();
    long start = System.nanoTime();
    ForwardTrace trace =
        model.trace(
            new Batch(
                1,
                read.ids().length,
                asked.ids().length,
                read.ids(),
                asked.ids(),
                labels,
                ones(read.ids().length),
                ones(asked.ids().length)),
            request.capacityFactor());
    double milliseconds = (System.nanoTime() - start) / 1e6;
    return new RoutingTrace(
        read.tokens(tokenizer),
        asked.tokens(tokenizer),
        trace.layers(),
        trace.crossEntropy(),
        milliseconds);
  }

  private static int[] ones(int length) {
    int[] ones = new int[length];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Tokens with their places in the text that was given. */
  private record Reading(int[] ids, int[] starts, int[] ends, int end) {
    static final Reading NOTHING = new Reading(new int[0], new int[0], new int[0], 0);

    static Reading of(Tokenizer tokenizer, String text, String what) {
      Tokenizer.Encoding encoding = tokenizer.encode(text);
      int count = encoding.ids().length;
      if (count == 0) {
        throw new InputException("The %s is empty: give at least one character.".formatted(what));
      }
      if (count > MOST_TOKENS) {
        throw new InputException(
            "The %s has %,d tokens, but the microscope takes at most %,d: shorten it."
                .formatted(what, count, MOST_TOKENS));
      }
      return new Reading(encoding.ids(), encoding.starts(), encoding.ends(), tokenizer.end());
    }

    /** With the end token. */
    Reading ended() {
      return moved(0, ids.length + 1, end);
    }

    /** After the start token. */
    Reading begun() {
      return moved(-1, ids.length + 1, Tokenizer.PAD);
    }

    /** The ids, and after the last of them nothing that counts. */
    int[] thenNothing() {
      int[] labels = Arrays.copyOf(ids, ids.length + 1);
      labels[ids.length] = Batch.IGNORED;
      return labels;
    }

    /** One place back, from the start token: what the decoder reads to write this. */
    Reading shifted() {
      return moved(-1, ids.length, Tokenizer.PAD);
    }

    /** {@code length} tokens from {@code from} on; {@code added} where there is none. */
    private Reading moved(int from, int length, int added) {
      int[] movedIds = new int[length];
      int[] movedStarts = new int[length];
      int[] movedEnds = new int[length];
      for (int i = 0; i < length; i++) {
        int place = i + from;
        boolean given = place >= 0 && place < ids.length;
        movedIds[i] = given ? ids[place] : added;
        movedStarts[i] = given ? starts[place] : -1;
        movedEnds[i] = given ? ends[place] : -1;
      }
      return new Reading(movedIds, movedStarts, movedEnds, end);
    }

    List<TokenText> tokens(Tokenizer tokenizer) {
      List<TokenText> tokens = new ArrayList<>(ids.length);
      for (int i = 0; i < ids.length; i++) {
        tokens.add(new TokenText(ids[i], tokenizer.piece(ids[i]), starts[i], ends[i]));
      }
      return List.copyOf(tokens);
    }
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
