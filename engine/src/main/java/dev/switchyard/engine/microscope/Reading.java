package dev.switchyard.engine.microscope;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.Tokenizer;
import java.util.Arrays;

/** Tokens with their places in the text that was given. */
record Reading(int[] ids, int[] starts, int[] ends, int end) {
  /** Tokens of a text at most: attention's memory grows with the square. */
  static final int MOST_TOKENS = 2048;

  static final Reading NOTHING = new Reading(new int[0], new int[0], new int[0], 0);

  /**
   * A text in tokens.
   *
   * @param what it is, for messages
   * @throws InputException if it is empty or too long
   */
  static Reading of(Tokenizer tokenizer, String text, String what) {
    Tokenizer.Encoding encoding = tokenizer.encode(text);
    int count = encoding.ids().length;
    if (count == 0) {
      throw new InputException("The %s is empty: give at least one character.".formatted(what));
    }
    if (count > MOST_TOKENS) {
      throw new InputException(
          "The %s has %,d tokens, but the microscope takes at most %,d: shorten it."
              .formatted(what, count, MOST_TOKENS));
    }
    return new Reading(encoding.ids(), encoding.starts(), encoding.ends(), tokenizer.end());
  }

  /** With the end token. */
  Reading ended() {
    return moved(0, ids.length + 1, end);
  }

  /** After the start token. */
  Reading begun() {
    return moved(-1, ids.length + 1, Tokenizer.PAD);
  }

  /** The ids, and after the last of them nothing that counts. */
  int[] thenNothing() {
    int[] labels = Arrays.copyOf(ids, ids.length + 1);
    labels[ids.length] = Batch.IGNORED;
    return labels;
  }

  /** One place back, from the start token: what the decoder reads to write this. */
  Reading shifted() {
    return moved(-1, ids.length, Tokenizer.PAD);
  }

  /** {@code length} tokens from {@code from} on; {@code added} where there is none. */
  private Reading moved(int from, int length, int added) {
    int[] movedIds = new int[length];
    int[] movedStarts = new int[length];
    int[] movedEnds = new int[length];
    for (int i = 0; i < length; i++) {
      int place = i + from;
      boolean given = place >= 0 && place < ids.length;
      movedIds[i] = given ? ids[place] : added;
      movedStarts[i] = given ? starts[place] : -1;
      movedEnds[i] = given ? ends[place] : -1;
    }
    return new Reading(movedIds, movedStarts, movedEnds, end);
  }
}
