package dev.switchyard.engine.observe;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * A model under the routing microscope: it routes texts and shows every token's way, and writes.
 * Requests run one at a time on a thread of the model's own (for a model in training: between two
 * steps).
 */
public interface Microscope extends AutoCloseable {
  /**
   * Texts to route.
   *
   * @param texts what to read, a row each
   * @param target what the decoder reads (teacher forcing) of a single text; null: the text itself
   * @param together whether several texts share the experts' room; if not, each is a routing group
   *     of its own
   * @param whatIf what is changed in the routing
   */
  record Request(List<String> texts, String target, boolean together, WhatIf whatIf) {
    /** Copies the texts. */
    public Request {
      texts = List.copyOf(texts);
    }

    /**
     * A text.
     *
     * @param capacityFactor in place of the model's own; null: the model's for evaluation
     */
    public Request(String text, String target, Double capacityFactor) {
      this(List.of(text), target, false, WhatIf.NOTHING.withCapacityFactor(capacityFactor));
    }

    /** A text, routed as the model does it. */
    public static Request of(String text) {
      return new Request(text, null, null);
    }

    /** The same texts, routed as the model does it. */
    public Request untouched() {
      return new Request(texts, target, together, WhatIf.NOTHING);
    }
  }

  /**
   * Texts for a model to write after.
   *
   * @param texts one or more
   * @param fill whether the texts have blanks, which are to be filled; see {@link #hasBlanks}
   * @param decoding how the tokens are chosen
   * @param whatIf what is changed in the routing of what is read and of what is written; however
   *     small the room is made, the decoder drops no token that it writes
   */
  record Prompt(List<String> texts, boolean fill, Decoding decoding, WhatIf whatIf) {
    /** A blank: a sentinel with its number; or, in a text without sentinels, underscores. */
    public static final Pattern SENTINEL = Pattern.compile("<extra_id_(0|[1-9]\\d{0,5})>");

    /** The other way to write a blank. */
    public static final Pattern UNDERSCORES = Pattern.compile("_{3,}");

    /** Copies the texts. */
    public Prompt {
      texts = List.copyOf(texts);
    }

    /** Texts to write after, routed as the model does it. */
    public Prompt(List<String> texts, boolean fill, Decoding decoding) {
      this(texts, fill, decoding, WhatIf.NOTHING);
    }

    /** Whether a text has blanks: {@code <extra_id_0>} and so on, or {@code ___}. */
    public static boolean hasBlanks(String text) {
      return SENTINEL.matcher(text).find() || UNDERSCORES.matcher(text).find();
    }
  }

  /**
   * What stands under the microscope.
   *
   * @param name for people
   * @param detail a line: experts, Switch layers, parameters
   * @param experts in each Switch layer
   * @param capacityFactor the model's own, in evaluation
   * @param fillsBlanks whether it learned to fill blanks
   * @param exampleTexts texts that suit the model; may be empty
   * @param selection the model's own, as the setting has it
   * @param data what it was trained on, as far as that is known and still there; may be empty
   */
  record Subject(
      String name,
      String detail,
      int experts,
      double capacityFactor,
      boolean fillsBlanks,
      List<String> exampleTexts,
      String selection,
      List<String> data) {

    /** The same, trained on known data. */
    public Subject trainedOn(List<String> paths) {
      return new Subject(
          name,
          detail,
          experts,
          capacityFactor,
          fillsBlanks,
          exampleTexts,
          selection,
          List.copyOf(paths));
    }
  }

  /** The model. */
  Subject subject();

  /**
   * Routes texts; fails with an InputException where one can't be routed. To cancel the answer
   * before its turn has come saves the work.
   *
   * @return a trace for each routing group: for each text, or one for all where they share the room
   */
  CompletableFuture<List<RoutingTrace>> routeAll(Request request);

  /** The first of the traces; see {@link #routeAll}. */
  default CompletableFuture<RoutingTrace> route(Request request) {
    return routeAll(request).thenApply(List::getFirst);
  }

  /**
   * Lets the model write after texts; fails with an InputException where it can't read them, and
   * for a what-if that can't be. To cancel the answer ends the writing at the next token.
   *
   * @param listener hears of each token, on the model's thread
   */
  CompletableFuture<List<Generation>> generate(Prompt prompt, GenerationListener listener);

  /** Ends the microscope; a model in training goes on. */
  @Override
  void close();
}
