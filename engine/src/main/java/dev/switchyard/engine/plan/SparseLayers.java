package dev.switchyard.engine.plan;

import dev.switchyard.engine.model.ModelConfig;

/**
 * How many blocks of a stack have what.
 *
 * @param blocks in all
 * @param sparse those whose feed-forward layer is a Switch layer
 * @param switchLayers in all blocks
 */
record SparseLayers(int blocks, int sparse, int switchLayers) {
  /** Those of the encoder or of the decoder. */
  static SparseLayers of(ModelConfig model, boolean encoder) {
    int blocks = model.blocks(encoder);
    int sparse = 0;
    for (int block = 0; block < blocks; block++) {
      sparse += model.isSparse(encoder, block) ? 1 : 0;
    }
    return new SparseLayers(blocks, sparse, model.switchLayers(encoder));
  }

  /** Switch layers of the whole model. */
  static int inAll(ModelConfig model) {
    return of(model, true).switchLayers() + of(model, false).switchLayers();
  }
}
