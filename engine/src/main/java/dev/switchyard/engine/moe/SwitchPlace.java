package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.RandomUse;

/**
 * Where a Switch layer stands in a model.
 *
 * @param encoder whether in the encoder, or in the decoder
 * @param block number of its block
 * @param part what it does in the block
 */
public record SwitchPlace(boolean encoder, int block, Part part) {
  private static final int PART_SHIFT = 25;

  /** What a Switch layer stands for. */
  public enum Part {
    /** The block's feed-forward layer. */
    FEED_FORWARD,
    /** The projection of self-attention that makes queries. */
    QUERY,
    /** The projection of self-attention that makes what is both key and value. */
    KEY_VALUE
  }

  /** Such as "encoder.block.1", or in attention "encoder.block.1.query". */
  public String name() {
    String name = (encoder ? "encoder.block." : "decoder.block.") + block;
    return switch (part) {
      case FEED_FORWARD -> name;
      case QUERY -> name + ".query";
      case KEY_VALUE -> name + ".key_value";
    };
  }

  /** The site of one use of random numbers in this layer. */
  public int site(RandomUse use) {
    return use.site(encoder, block) | part.ordinal() << PART_SHIFT;
  }
}
