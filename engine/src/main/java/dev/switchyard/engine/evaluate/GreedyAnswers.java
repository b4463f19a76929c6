package dev.switchyard.engine.evaluate;

import dev.switchyard.engine.data.Row;
import dev.switchyard.engine.data.TextToText;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.model.IncrementalDecoder;
import dev.switchyard.engine.model.SwitchTransformer;
import java.util.ArrayList;
import java.util.List;

/** Writes a model's answers to inputs, the most probable token at each place. */
final class GreedyAnswers {
  private final SwitchTransformer model;
  private final TextToText objective;

  GreedyAnswers(SwitchTransformer model, TextToText objective) {
    this.model = model;
    this.objective = objective;
  }

  /**
   * The tokens written for each pair's input, up to the end token (which is left out) or the
   * longest target.
   */
  List<List<Integer>> to(List<Row> pairs) {
    List<int[]> inputs = new ArrayList<>();
    List<int[]> beginnings = new ArrayList<>();
    List<List<Integer>> written = new ArrayList<>();
    for (Row pair : pairs) {
      int[] input = objective.input(pair);
      if (objective.encodes()) {
        inputs.add(input);
      }
      beginnings.add(objective.encodes() ? new int[] {Tokenizer.PAD} : afterStart(input));
      written.add(new ArrayList<>());
    }
    try (IncrementalDecoder decoder = new IncrementalDecoder(model, inputs, beginnings, 1)) {
      write(decoder, written);
    }
    return written;
  }

  /** A decoder alone reads the input after the start token. */
  private static int[] afterStart(int[] input) {
    int[] started = new int[input.length + 1];
    started[0] = Tokenizer.PAD;
    System.arraycopy(input, 0, started, 1, input.length);
    return started;
  }

  private void write(IncrementalDecoder decoder, List<List<Integer>> written) {
    boolean[] ended = new boolean[written.size()];
    int open = written.size();
    for (int place = 0; place < objective.longestTarget(); place++) {
      int[] tokens = mostProbable(decoder.logits(), written.size());
      for (int row = 0; row < tokens.length; row++) {
        if (!ended[row] && tokens[row] == objective.end()) {
          ended[row] = true;
          open--;
        } else if (!ended[row]) {
          written.get(row).add(tokens[row]);
        }
      }
      if (open == 0 || place + 1 == objective.longestTarget()) {
        return;
      }
      decoder.append(tokens);
    }
  }

  /** The largest logit's token of each row; of equals the first. */
  static int[] mostProbable(float[] logits, int rows) {
    int vocabulary = logits.length / rows;
    int[] tokens = new int[rows];
    for (int row = 0; row < rows; row++) {
      int best = 0;
      for (int token = 1; token < vocabulary; token++) {
        if (logits[row * vocabulary + token] > logits[row * vocabulary + best]) {
          best = token;
        }
      }
      tokens[row] = best;
    }
    return tokens;
  }
}
