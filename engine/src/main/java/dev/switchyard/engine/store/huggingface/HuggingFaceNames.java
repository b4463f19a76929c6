package dev.switchyard.engine.store.huggingface;

import java.util.List;
import java.util.Set;

/**
 * Under which names the files of a folder keep a model's parameters. Our names are the library's;
 * but one tensor has several, of which a file may keep any: tied embeddings and output.
 *
 * @param stored every name in the files
 * @param dense whether it is a T5
 * @param tied whether the embedding is the output's matrix too
 */
record HuggingFaceNames(Set<String> stored, boolean dense, boolean tied) {
  static final String SHARED = "shared.weight";
  static final String ENCODER = "encoder.embed_tokens.weight";
  static final String DECODER = "decoder.embed_tokens.weight";
  static final String HEAD = "lm_head.weight";

  /** A parameter of old T5 files that no version of the library reads. */
  private static final String CROSS_ATTENTION_BIAS =
      "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight";

  /**
   * Whether encoder and decoder read with one table. Untied, the library's version 5 gives each
   * stack of a Switch Transformer a table of its own and does not read the shared one; version 4
   * had the shared one alone.
   */
  boolean sharesEmbeddings() {
    return tied || dense || name(ENCODER).equals(name(DECODER));
  }

  /** The stored name of a parameter; its own where none of its names is stored. */
  String name(String parameter) {
    return switch (parameter) {
      case SHARED ->
          tied
              ? first(List.of(SHARED, ENCODER, DECODER, HEAD))
              : first(List.of(SHARED, ENCODER, DECODER));
      case ENCODER -> first(List.of(ENCODER, SHARED, DECODER));
      case DECODER -> first(List.of(DECODER, SHARED, ENCODER));
      // A T5 that never was trained has no output of its own, though its input is not scaled.
      case HEAD -> dense ? first(List.of(HEAD, SHARED, ENCODER, DECODER)) : HEAD;
      default -> inLibrary(parameter);
    };
  }

  /** What the library calls a parameter, whatever the files do. */
  String inLibrary(String parameter) {
    return dense ? parameter.replace(".mlp.", ".DenseReluDense.") : parameter;
  }

  private String first(List<String> names) {
    return names.stream().filter(stored::contains).findFirst().orElse(names.getFirst());
  }

  /** Stored names, besides that of the embedding, whose tensors must equal it. */
  List<String> copiesOfEmbedding() {
    if (!tied && !dense) {
      return List.of();
    }
    List<String> names =
        tied ? List.of(SHARED, ENCODER, DECODER, HEAD) : List.of(SHARED, ENCODER, DECODER);
    return names.stream()
        .filter(name -> stored.contains(name) && !name.equals(name(SHARED)))
        .toList();
  }

  /** Whether files may hold a tensor of this name though no parameter is read from it. */
  boolean mayBeUnused(String name) {
    return name.equals(SHARED)
        || name.equals(CROSS_ATTENTION_BIAS)
        || copiesOfEmbedding().contains(name);
  }
}
