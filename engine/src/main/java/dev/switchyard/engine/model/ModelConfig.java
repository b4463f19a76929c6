package dev.switchyard.engine.model;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.Setting;

/** The shape of a Switch Transformer, in the names of Hugging Face's {@code config.json}. */
public record ModelConfig(
    @Setting(value = "Number of token ids; 0 takes the tokenizer's.", min = 0, max = 4_000_000)
        int vocabSize,
    @Setting(value = "Width of a token's representation.", min = 1, max = 65536, common = true)
        int dModel,
    @Setting(value = "Width of one attention head's queries, keys and values.", min = 1, max = 4096)
        int dKv,
    @Setting(
            value = "Width of the hidden layer in each feed-forward network and each expert.",
            min = 1,
            max = 1_048_576,
            common = true)
        int dFf,
    @Setting(value = "Attention heads in each layer.", min = 1, max = 1024, common = true)
        int numHeads,
    @Setting(
            value = "Blocks in the encoder (ignored when is_encoder_decoder is no).",
            min = 0,
            max = 1024,
            common = true)
        int numLayers,
    @Setting(value = "Blocks in the decoder.", min = 1, max = 1024, common = true)
        int numDecoderLayers,
    @Setting("Encoder and decoder as in T5, or a decoder alone.") boolean isEncoderDecoder,
    @Setting(
            value =
                "Every how many encoder blocks the feed-forward layer is a Switch layer: with n,"
                    + " blocks 1, n+1, 2n+1, ...; 1 makes all of them sparse, 0 none.",
            min = 0,
            max = 1024)
        int encoderSparseStep,
    @Setting(value = "The same for the decoder.", min = 0, max = 1024) int decoderSparseStep,
    @Setting(value = "Experts in each Switch layer, N.", min = 1, max = 65536, common = true)
        int numExperts,
    @Setting(
            value = "Activation of the feed-forward networks: relu, or gated-gelu (GEGLU).",
            options = {"relu", "gated-gelu"})
        String feedForwardProj,
    @Setting(value = "One matrix for embedding and output; logits are then scaled by d_model^-0.5.")
        boolean tieWordEmbeddings,
    @Setting(
            "Encoder and decoder read with one embedding; otherwise each has its own (only where"
                + " tie_word_embeddings is no).")
        boolean shareEmbeddings,
    @Setting(value = "Buckets of the relative position bias.", min = 2, max = 4096)
        int relativeAttentionNumBuckets,
    @Setting(value = "Distance from which all positions share a bucket.", min = 2, max = 1_000_000)
        int relativeAttentionMaxDistance,
    @Setting(value = "Added to the mean square in RMSNorm.", min = 0, max = 1)
        double layerNormEpsilon,
    @Setting(
            value = "Share of activations set to 0 in training, outside of experts.",
            min = 0,
            max = 0.99)
        double dropoutRate,
    @Setting(
            value = "Share of an expert's hidden activations set to 0 in training (section 2.4).",
            min = 0,
            max = 0.99)
        double expertDropoutRate,
    @Setting(
            value =
                "s in the standard deviation sqrt(s/n) of initial weights, n the inputs (section"
                    + " 2.4: 0.1 instead of 1).",
            min = 1e-6,
            max = 100)
        double initScale,
    @Setting(value = "Standard deviation of initial embeddings.", min = 1e-6, max = 100)
        double embeddingInit) {

  /** A small encoder-decoder with 8 experts in every second block. */
  public static ModelConfig defaults() {
    return new ModelConfig(
        0, 128, 32, 512, 4, 4, 4, true, 2, 2, 8, "relu", true, true, 32, 128, 1e-6, 0, 0, 0.1, 1.0);
  }

  /** Checks what no single setting shows. */
  public ModelConfig {
    if (isEncoderDecoder && numLayers < 1) {
      throw new InputException(
          "num_layers is 0, but an encoder-decoder needs an encoder: set num_layers to 1 or more,"
              + " or is_encoder_decoder to no.");
    }
    if (tieWordEmbeddings && !shareEmbeddings) {
      throw new InputException(
          "tie_word_embeddings is yes and share_embeddings no, but the output can be tied to one"
              + " embedding only: set tie_word_embeddings to no, or share_embeddings to yes.");
    }
    if (relativeAttentionMaxDistance <= relativeAttentionNumBuckets / 2) {
      throw new InputException(
          "relative_attention_max_distance is %d, but must be above half of"
                  .formatted(relativeAttentionMaxDistance)
              + " relative_attention_num_buckets (%d).".formatted(relativeAttentionNumBuckets));
    }
  }

  /** Width of all heads together. */
  public int attentionWidth() {
    return numHeads * dKv;
  }

  /** Whether a block's feed-forward layer is a Switch layer. */
  public boolean isSparse(boolean encoder, int block) {
    int step = encoder ? encoderSparseStep : decoderSparseStep;
    return step == 1 || (step > 1 && block % step == 1);
  }

  /** Whether feed-forward networks are gated (three matrices instead of two). */
  public boolean isGated() {
    return feedForwardProj.equals("gated-gelu");
  }

  /** The dense twin: the same model with every Switch layer a feed-forward layer. */
  public ModelConfig denseTwin() {
    return new ModelConfig(
        vocabSize,
        dModel,
        dKv,
        dFf,
        numHeads,
        numLayers,
        numDecoderLayers,
        isEncoderDecoder,
        0,
        0,
        numExperts,
        feedForwardProj,
        tieWordEmbeddings,
        shareEmbeddings,
        relativeAttentionNumBuckets,
        relativeAttentionMaxDistance,
        layerNormEpsilon,
        dropoutRate,
        expertDropoutRate,
        initScale,
        embeddingInit);
  }
}
