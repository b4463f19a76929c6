package dev.switchyard.engine.generate;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.model.AlteredRouting;
import dev.switchyard.engine.model.IncrementalDecoder;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.Decoding;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lets a model write. An encoder reads the prompt and its end, and the decoder writes from its
 * start token on; a decoder alone reads the prompt after its start token, and goes on. What a
 * prompt gives does not depend on those beside it, except that a draw at random depends on the
 * prompt's number. For one thread, the model's.
 */
public final class Generator {
  /** Tokens of a prompt at most: attention's memory grows with the square. */
  public static final int MOST_PROMPT_TOKENS = 2048;

  private static final int[] START = {Tokenizer.PAD};

  private final SwitchTransformer model;
  private final Tokenizer tokenizer;
  private final AlteredRouting routing;

  /** A model with the tokenizer that it was trained with; both stay the caller's. */
  public Generator(SwitchTransformer model, Tokenizer tokenizer) {
    this(model, tokenizer, AlteredRouting.of(model.routing(), null));
  }

  /** The same, with something changed in the routing; its groups do not matter here. */
  public Generator(SwitchTransformer model, Tokenizer tokenizer, AlteredRouting routing) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.routing = routing;
  }

  /**
   * What the model writes after texts.
   *
   * @throws InputException for a text that is empty or too long
   */
  public List<Generation> write(
      List<String> texts, Decoding decoding, GenerationListener listener) {
    return generate(texts, texts, null, decoding, listener);
  }

  /**
   * The texts with their blanks filled (see {@link Blanks}), by a model that learned span
   * corruption.
   *
   * @throws InputException for a text without blanks, one that is too long, and a model without an
   *     encoder
   */
  public List<Generation> fill(List<String> texts, Decoding decoding, GenerationListener listener) {
    if (!model.config().isEncoderDecoder()) {
      throw new InputException(
          "This model is a decoder alone, which has not learned to fill blanks: let it continue a"
              + " text instead.");
    }
    List<Blanks> blanks = texts.stream().map(text -> Blanks.in(text, tokenizer)).toList();
    return generate(texts, blanks.stream().map(Blanks::text).toList(), blanks, decoding, listener);
  }

  private List<Generation> generate(
      List<String> prompts,
      List<String> read,
      List<Blanks> blanks,
      Decoding decoding,
      GenerationListener listener) {
    List<int[]> ids = read.stream().map(this::ids).toList();
    long begin = System.nanoTime();
    List<Hypothesis> written = search(ids, decoding, StepDetail.full(tokenizer), listener);
    double milliseconds = (System.nanoTime() - begin) / 1e6;
    List<Generation> generations = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      Hypothesis text = written.get(i);
      List<Integer> tokens = text.ids(tokenizer.end());
      generations.add(
          new Generation(
              prompts.get(i),
              tokenizer.decode(tokens),
              blanks == null ? null : blanks.get(i).filled(tokens, tokenizer),
              text.steps(),
              text.endsWith(tokenizer.end()),
              text.logProbability(),
              milliseconds));
    }
    return List.copyOf(generations);
  }

  private int[] ids(String text) {
    int[] ids = tokenizer.ids(text);
    if (ids.length == 0) {
      throw new InputException("The text is empty: give at least one character.");
    }
    if (ids.length > MOST_PROMPT_TOKENS) {
      throw new InputException(
          "The text has %,d tokens, but at most %,d are read: shorten it."
              .formatted(ids.length, MOST_PROMPT_TOKENS));
    }
    if (!model.config().isEncoderDecoder()) {
      return ids;
    }
    int[] ended = Arrays.copyOf(ids, ids.length + 1);
    ended[ids.length] = tokenizer.end();
    return ended;
  }

  /**
   * The tokens that the model writes after each prompt, without the end token.
   *
   * @param prompts what an encoder reads, its end token included; for a decoder alone, what it
   *     reads after its start token
   */
  public List<int[]> tokens(List<int[]> prompts, Decoding decoding) {
    return search(prompts, decoding, StepDetail.NONE, GenerationListener.NONE).stream()
        .map(text -> text.ids(tokenizer.end()).stream().mapToInt(id -> id).toArray())
        .toList();
  }

  private List<Hypothesis> search(
      List<int[]> prompts, Decoding decoding, StepDetail detail, GenerationListener listener) {
    if (prompts.isEmpty()) {
      return List.of();
    }
    Search search =
        switch (decoding.strategy()) {
          case GREEDY -> new RowByRow(TokenChoice.greedy(), detail, listener);
          case SAMPLE ->
              new RowByRow(
                  TokenChoice.sample(decoding.temperature(), decoding.topP(), decoding.seed()),
                  detail,
                  listener);
          case BEAM -> new BeamSearch(decoding.beams(), decoding.lengthPenalty(), detail, listener);
        };
    boolean encodes = model.config().isEncoderDecoder();
    int width = model.config().vocabSize();
    Vocabulary vocabulary =
        new Vocabulary(width, Math.min(width, tokenizer.vocabSize()), tokenizer.end());
    try (IncrementalDecoder decoder =
        new IncrementalDecoder(
            model,
            routing,
            encodes ? prompts : List.of(),
            prompts.stream().map(ids -> encodes ? START : begun(ids)).toList(),
            search.rowsPerPrompt())) {
      return search.search(decoder, vocabulary, decoding.maxLength());
    }
  }

  private static int[] begun(int[] text) {
    int[] begun = new int[text.length + 1];
    begun[0] = Tokenizer.PAD;
    System.arraycopy(text, 0, begun, 1, text.length);
    return begun;
  }
}
