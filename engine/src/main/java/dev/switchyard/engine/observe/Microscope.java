package dev.switchyard.engine.observe;

import java.util.concurrent.CompletableFuture;

/**
 * A model under the routing microscope: it routes texts and shows every token's way. Requests run
 * one at a time on a thread of the model's own (for a model in training: between two steps).
 */
public interface Microscope extends AutoCloseable {
  /**
   * A text to route.
   *
   * @param text what to read
   * @param target what the decoder reads (teacher forcing); null: the text itself
   * @param capacityFactor in place of the model's own; null: the model's for evaluation
   */
  record Request(String text, String target, Double capacityFactor) {
    /** A text, routed as the model does it. */
    public static Request of(String text) {
      return new Request(text, null, null);
    }
  }

  /**
   * What stands under the microscope.
   *
   * @param name for people
   * @param detail a line: experts, Switch layers, parameters
   * @param experts in each Switch layer
   * @param capacityFactor the model's own, in evaluation
   * @param exampleTexts texts that suit the model; may be empty
   */
  record Subject(
      String name,
      String detail,
      int experts,
      double capacityFactor,
      java.util.List<String> exampleTexts) {}

  /** The model. */
  Subject subject();

  /** Routes a text; fails with an InputException where the text can't be routed. */
  CompletableFuture<RoutingTrace> route(Request request);

  /** Ends the microscope; a model in training goes on. */
  @Override
  void close();
}
