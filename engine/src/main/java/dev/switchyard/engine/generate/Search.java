package dev.switchyard.engine.generate;

import dev.switchyard.engine.model.IncrementalDecoder;
import dev.switchyard.engine.observe.GenerationListener;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Finds a text for each prompt. */
interface Search {
  /** Rows of the decoder that a prompt takes. */
  int rowsPerPrompt();

  /**
   * The best text for each prompt that the search finds.
   *
   * @param decoder that has read the prompts
   * @param maxLength most tokens, the end token included
   */
  List<Hypothesis> search(IncrementalDecoder decoder, Vocabulary vocabulary, int maxLength);

  /** Ends the search where nobody wants its result any more. */
  static void checkWanted(GenerationListener listener) {
    if (!listener.isWanted()) {
      throw new CancellationException("Nobody waits for this text any more");
    }
  }
}
