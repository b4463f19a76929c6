package dev.switchyard.engine.train;

import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** Texts to try a model on: the beginnings of some rows that are held out from its training. */
final class ExampleTexts {
  private static final int MOST_TEXTS = 4;
  private static final int MOST_TOKENS = 64;

  private ExampleTexts() {}

  static List<String> of(List<Batch> heldOut, RunSetup setup) {
    List<String> texts = new ArrayList<>();
    for (Batch batch : heldOut) {
      for (int row = 0; row < batch.rows() && texts.size() < MOST_TEXTS; row++) {
        String text = setup.tokenizer().decode(tokens(batch, row)).strip();
        if (!text.isEmpty() && !texts.contains(text)) {
          texts.add(text);
        }
      }
    }
    return texts;
  }

  /** What the encoder reads of a row; of a decoder alone, what it writes. */
  private static List<Integer> tokens(Batch batch, int row) {
    boolean encodes = batch.inputLength() > 0;
    int[] ids = encodes ? batch.inputs() : batch.labels();
    int length = encodes ? batch.inputLength() : batch.targetLength();
    List<Integer> tokens = new ArrayList<>();
    for (int i = row * length; i < (row + 1) * length && tokens.size() < MOST_TOKENS; i++) {
      if (ids[i] >= 0 && ids[i] != Tokenizer.PAD) {
        tokens.add(ids[i]);
      }
    }
    return tokens;
  }
}
