package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.Corpus;
import dev.switchyard.engine.data.HeldOut;
import dev.switchyard.engine.data.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Texts to try a model on: the beginnings of some rows that are held out from its training. */
final class ExampleTexts {
  private static final int MOST_TEXTS = 4;
  private static final int MOST_TOKENS = 64;

  /** Of a probe: as many as stand beside one another on a screen. */
  private static final int MOST_PROBE_TOKENS = 24;

  private static final Logger LOG = LoggerFactory.getLogger(ExampleTexts.class);

  private ExampleTexts() {}

  static List<String> of(List<Batch> heldOut, RunSetup setup) {
    return of(heldOut, setup, MOST_TOKENS);
  }

  /**
   * Short ones, for the probes of a run that names none; it need not be evaluated. None where no
   * text is held out.
   */
  static List<String> probes(Corpus corpus, RunSetup setup) {
    if (!setup.config().training().probing().wantsTexts()) {
      return List.of();
    }
    try {
      List<HeldOut> parts =
          HeldOut.of(
              setup.config().data(), corpus, setup.tokenizer(), setup.objective(), MOST_TEXTS, 1);
      if (!parts.isEmpty()) {
        var batches = HeldOut.batches(parts, setup.objective());
        return of(batches.stream().map(HeldOut.Mixed::batch).toList(), setup, MOST_PROBE_TOKENS);
      }
    } catch (InputException e) {
      // Too little text is held out for a row: an evaluation would say so, probes are no need.
      LOG.debug("No probes from held-out text: {}", e.getMessage());
    }
    return List.of();
  }

  private static List<String> of(List<Batch> heldOut, RunSetup setup, int most) {
    List<String> texts = new ArrayList<>();
    for (Batch batch : heldOut) {
      for (int row = 0; row < batch.rows() && texts.size() < MOST_TEXTS; row++) {
        String text = setup.tokenizer().decode(tokens(batch, row, most)).strip();
        if (!text.isEmpty() && !texts.contains(text)) {
          texts.add(text);
        }
      }
    }
    return texts;
  }

  /** What the encoder reads of a row; of a decoder alone, what it writes. */
  private static List<Integer> tokens(Batch batch, int row, int most) {
    boolean encodes = batch.inputLength() > 0;
    int[] ids = encodes ? batch.inputs() : batch.labels();
    int length = encodes ? batch.inputLength() : batch.targetLength();
    List<Integer> tokens = new ArrayList<>();
    for (int i = row * length; i < (row + 1) * length && tokens.size() < most; i++) {
      if (ids[i] >= 0 && ids[i] != Tokenizer.PAD) {
        tokens.add(ids[i]);
      }
    }
    return tokens;
  }
}
