package dev.switchyard.engine.layer;

import dev.switchyard.engine.tensor.Tensor;

/**
 * Token embedding with dropout.
 *
 * @param table [V, d]
 * @param dropoutRate in training
 * @param site of the dropout
 */
public record Embedding(Parameter table, double dropoutRate, int site) {
  /** ids [T] INT32, out [T, d]. */
  public void forward(Pass pass, Tensor ids, Tensor out) {
    pass.backend().embed(ids, table.value(), out);
    pass.dropout(out, dropoutRate, site);
  }

  /** Adds to the table's gradient; changes dOut. */
  public void backward(Pass pass, Tensor ids, Tensor dOut) {
    pass.dropout(dOut, dropoutRate, site);
    pass.backend().embedBackward(ids, dOut, table.gradient());
  }
}
