package dev.switchyard.engine.generate;

import dev.switchyard.engine.model.IncrementalDecoder;
import dev.switchyard.engine.observe.GenerationListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** One text for each prompt, token after token: greedy, or drawn at random. */
record RowByRow(TokenChoice choice, StepDetail detail, GenerationListener listener)
    implements Search {
  @Override
  public int rowsPerPrompt() {
    return 1;
  }

  @Override
  public List<Hypothesis> search(IncrementalDecoder decoder, Vocabulary vocabulary, int maxLength) {
    List<Hypothesis> texts = new ArrayList<>(Collections.nCopies(decoder.rows(), Hypothesis.EMPTY));
    for (int place = 0; place < maxLength; place++) {
      Search.checkWanted(listener);
      int[] tokens = new int[decoder.rows()];
      // A row that has ended reads end tokens on, which nobody looks at.
      Arrays.fill(tokens, vocabulary.end());
      boolean going = false;
      for (int row = 0; row < tokens.length; row++) {
        Hypothesis text = texts.get(row);
        if (!text.endsWith(vocabulary.end())) {
          Distribution next = vocabulary.next(decoder, row);
          tokens[row] = choice.choose(next, row, place);
          Hypothesis longer =
              text.then(
                  tokens[row],
                  next.logProbability(tokens[row]),
                  detail.of(decoder, row, next, tokens[row], place));
          texts.set(row, longer);
          if (longer.step() != null) {
            listener.written(row, longer.step());
          }
          going |= tokens[row] != vocabulary.end();
        }
      }
      if (!going || place == maxLength - 1) {
        break;
      }
      decoder.append(tokens);
    }
    return texts;
  }
}
