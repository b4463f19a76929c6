package dev.switchyard.engine.generate;

import dev.switchyard.engine.model.IncrementalDecoder;

/**
 * The tokens of a model that writes.
 *
 * @param width logits of a row, V
 * @param count ids that the tokenizer has; those beyond are never chosen
 * @param end the id that ends a text
 */
record Vocabulary(int width, int count, int end) {
  /** What a row of the decoder may write next. */
  Distribution next(IncrementalDecoder decoder, int row) {
    return new Distribution(decoder.logits(), row * width, width, count);
  }
}
