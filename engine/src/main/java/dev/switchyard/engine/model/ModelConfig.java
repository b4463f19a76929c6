package dev.switchyard.engine.model;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.Setting;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.moe.ExpertShape;
import java.util.LinkedHashMap;
import java.util.Map;

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
                "Every how many encoder blocks the feed-forward layer is a Switch layer, counted as"
                    + " sparse_layer_placement says; 1 makes all of them sparse, 0 none.",
            min = 0,
            max = 1024)
        int encoderSparseStep,
    @Setting(value = "The same for the decoder.", min = 0, max = 1024) int decoderSparseStep,
    @Setting(
            value =
                "Which of n blocks is the sparse one: huggingface, the second (blocks 1, n+1, 2n+1,"
                    + " ...); flaxformer, the last (n-1, 2n-1, ...).",
            options = {"huggingface", "flaxformer"})
        String sparseLayerPlacement,
    @Setting(
            "The encoder's sparse blocks by number, from 0, such as 1,3,5; empty: as"
                + " encoder_sparse_step says.")
        String encoderSparseLayers,
    @Setting("The same for the decoder.") String decoderSparseLayers,
    @Setting(value = "Experts in each Switch layer, N.", min = 1, max = 65536, common = true)
        int numExperts,
    @Setting(
            value = "Activation of the feed-forward networks: relu, or gated-gelu (GEGLU).",
            options = {"relu", "gated-gelu"})
        String feedForwardProj,
    @Setting(
            value =
                "Hidden width of an expert beside the routed ones that every token of a sparse"
                    + " block passes, its output added; 0: none.",
            min = 0,
            max = 1_048_576)
        int sharedExpertDFf,
    @Setting(
            value =
                "Switch layers in self-attention (appendix A), one in place of the query's"
                    + " projection, one in place of the shared key's and value's; each expert is"
                    + " linear, or a feed-forward network.",
            options = {"none", "linear", "feed-forward"})
        String switchAttention,
    @Setting(
            value = "Every how many blocks attention has them, placed like other sparse layers.",
            min = 1,
            max = 1024)
        int switchAttentionStep,
    @Setting(
            value =
                "Hidden width of attention's feed-forward experts, whose activation is"
                    + " feed_forward_proj; 0: d_ff.",
            min = 0,
            max = 1_048_576)
        int switchAttentionDFf,
    @Setting(
            "Every Switch layer gives way to one dense network of the same floating-point"
                + " operations a token: the model is its own dense twin.")
        boolean dense,
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
        double embeddingInit,
    @Setting(
            value =
                "Standard deviation of the routers' initial weights, normal; 0: truncated normal"
                    + " with init_scale as other weights.",
            min = 0,
            max = 100)
        double routerInit,
    @Setting(
            value =
                "Weight of the output z-loss, the mean over labels of log^2 Z, Z the sum of the"
                    + " logits' exponentials (1e-4 in T5).",
            min = 0,
            max = 1000)
        double outputZLossCoef) {

  private static final String NONE = "none";

  /** A small encoder-decoder with 8 experts in every second block. */
  public static ModelConfig defaults() {
    return new ModelConfig(
        0,
        128,
        32,
        512,
        4,
        4,
        4,
        true,
        2,
        2,
        "huggingface",
        "",
        "",
        8,
        "relu",
        0,
        NONE,
        2,
        0,
        false,
        true,
        true,
        32,
        128,
        1e-6,
        0,
        0,
        0.1,
        1.0,
        0,
        0);
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
    if (isEncoderDecoder) {
      SparsePlaces.check("encoder_sparse_layers", encoderSparseLayers, numLayers);
    }
    SparsePlaces.check("decoder_sparse_layers", decoderSparseLayers, numDecoderLayers);
  }

  /** Width of all heads together. */
  public int attentionWidth() {
    return numHeads * dKv;
  }

  /** Blocks of the encoder (0 for a decoder alone) or of the decoder. */
  public int blocks(boolean encoder) {
    return !encoder ? numDecoderLayers : isEncoderDecoder ? numLayers : 0;
  }

  /** Whether a block's feed-forward layer is a Switch layer. */
  public boolean isSparse(boolean encoder, int block) {
    return !dense && isSparsePlace(encoder, block);
  }

  private boolean isSparsePlace(boolean encoder, int block) {
    String list = encoder ? encoderSparseLayers : decoderSparseLayers;
    return list.isBlank()
        ? placement().isSparse(block, encoder ? encoderSparseStep : decoderSparseStep)
        : SparsePlaces.parse(list).contains(block);
  }

  /** Whether a block's attention has Switch layers, or in a dense twin what stands for them. */
  public boolean hasSwitchAttention(int block) {
    return !switchAttention.equals(NONE) && placement().isSparse(block, switchAttentionStep);
  }

  private SparsePlaces placement() {
    return SparsePlaces.named(sparseLayerPlacement);
  }

  /** Switch layers in a block: its feed-forward layer, and two in its attention. */
  public int switchLayers(boolean encoder, int block) {
    return (isSparse(encoder, block) ? 1 : 0) + (!dense && hasSwitchAttention(block) ? 2 : 0);
  }

  /** Switch layers of the encoder, or of the decoder. */
  public int switchLayers(boolean encoder) {
    int layers = 0;
    for (int block = 0; block < blocks(encoder); block++) {
      layers += switchLayers(encoder, block);
    }
    return layers;
  }

  /**
   * Hidden width of a block's dense feed-forward layer; in a dense twin it takes in that of the
   * shared expert.
   */
  public int feedForwardWidth(boolean encoder, int block) {
    return dense && isSparsePlace(encoder, block) ? dFf + sharedExpertDFf : dFf;
  }

  /** The network of each expert in attention: from a token to all heads. */
  public ExpertShape attentionExpert() {
    return switchAttention.equals("linear")
        ? ExpertShape.linear(dModel, attentionWidth())
        : ExpertShape.feedForward(
            dModel,
            switchAttentionDFf == 0 ? dFf : switchAttentionDFf,
            attentionWidth(),
            isGated());
  }

  /** Whether feed-forward networks are gated (three matrices instead of two). */
  public boolean isGated() {
    return feedForwardProj.equals("gated-gelu");
  }

  /** The dense twin: the same model with every Switch layer a dense network of the same FLOPs. */
  public ModelConfig denseTwin() {
    Map<String, Object> changes = new LinkedHashMap<>();
    changes.put("dense", true);
    if (sharedExpertDFf == 0) {
      // Then a sparse place is a place like any other, and other programs see no sparse layers.
      changes.put("encoder_sparse_step", 0);
      changes.put("decoder_sparse_step", 0);
      changes.put("encoder_sparse_layers", "");
      changes.put("decoder_sparse_layers", "");
    }
    return SettingsRecord.with(this, changes);
  }
}
