package dev.switchyard.engine.observe;

import java.util.List;

/**
 * What a model wrote.
 *
 * @param prompt the text that was given
 * @param text what was written, without the end
 * @param filled the prompt with its blanks filled; null where no blanks were to be filled
 * @param steps every token that was written, the end token included
 * @param ended whether the model came to an end; if not, the length was used up
 * @param logProbability of all steps together, nats
 * @param milliseconds for all prompts of the request together
 */
public record Generation(
    String prompt,
    String text,
    String filled,
    List<GenerationStep> steps,
    boolean ended,
    double logProbability,
    double milliseconds) {

  /** What people want to read: the filled text where there were blanks, else what was written. */
  public String result() {
    return filled == null ? text : filled;
  }
}
