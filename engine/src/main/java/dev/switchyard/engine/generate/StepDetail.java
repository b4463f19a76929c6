package dev.switchyard.engine.generate;

import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.model.IncrementalDecoder;
import dev.switchyard.engine.observe.GenerationStep;
import dev.switchyard.engine.observe.GenerationStep.Alternative;
import dev.switchyard.engine.observe.TokenText;
import java.util.Arrays;
import java.util.List;

/** What is told of a token that was chosen. */
@FunctionalInterface
interface StepDetail {
  /** Alternatives that are shown. */
  int ALTERNATIVES = 8;

  /** Tells nothing: the tokens alone are wanted. */
  StepDetail NONE = (decoder, row, next, token, number) -> null;

  /** The step that writes {@code token} in a row of the decoder. */
  GenerationStep of(IncrementalDecoder decoder, int row, Distribution next, int token, int number);

  /** Tells all of it, tokens as the tokenizer shows them. */
  static StepDetail full(Tokenizer tokenizer) {
    return (decoder, row, next, token, number) -> {
      List<Alternative> alternatives =
          Arrays.stream(next.best(Math.min(ALTERNATIVES, next.count())))
              .mapToObj(id -> new Alternative(text(tokenizer, id), next.probability(id)))
              .toList();
      return new GenerationStep(
          number,
          text(tokenizer, token),
          next.probability(token),
          alternatives,
          decoder.routing(row));
    };
  }

  private static TokenText text(Tokenizer tokenizer, int id) {
    return new TokenText(id, tokenizer.piece(id), -1, -1);
  }
}
