package dev.switchyard.engine.data;

/**
 * A decoder alone predicts each token from those before it: the labels are the row, and the decoder
 * reads it one place to the right with {@link Tokenizer#PAD} first. No random choices.
 *
 * @param rowLength tokens of a row
 */
public record LanguageModel(int rowLength) implements Objective {
  @Override
  public int shortestRow() {
    return 1;
  }

  @Override
  public int inputLength() {
    return 0;
  }

  @Override
  public int targetLength() {
    return rowLength;
  }

  @Override
  public void write(Batch batch, int row, Row raw, long seed, long number) {
    Objective.writeTarget(batch, row, raw.tokens(), raw.tokens().length);
  }
}
