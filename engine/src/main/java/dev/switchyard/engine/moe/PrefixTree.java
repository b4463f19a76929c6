package dev.switchyard.engine.moe;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;

/**
 * A router that decides bit by bit, after the prefix trees of Cho and Bengio (2014). This is our
 * reading of their abstract, not a reproduction: of N = 2^k experts, expert e = sum_j b_j 2^(k - j)
 * stands at the leaf with the bits b_1 .. b_k, and its probability is the product of sigmoid(z_j)
 * where b_j is 1 and 1 - sigmoid(z_j) where it is 0, z = W_r x having one number a bit. The most
 * probable leaf has bit 1 exactly where z_j is above 0.
 *
 * <p>The product is the softmax of the leaves' sums of z_j over their 1 bits, since the sum of
 * exp(sum_j b_j z_j) over all leaves is the product of 1 + exp(z_j). So the leaves' sums serve as
 * the logits of any other router, for its losses too.
 *
 * @param bits k
 */
record PrefixTree(int bits) {

  /**
   * The tree with so many leaves.
   *
   * @throws InputException if that is no power of 2
   */
  static PrefixTree of(int experts) {
    if (experts < 2 || Integer.bitCount(experts) != 1) {
      throw new InputException(
          ("selection is tree, whose router decides bit by bit, but num_experts is %d: make it a"
                  + " power of 2, or choose another selection.")
              .formatted(experts));
    }
    return new PrefixTree(Integer.numberOfTrailingZeros(experts));
  }

  /** The leaves' logits [T, N] from the bits' z [T, k]. */
  void logits(Pass pass, Tensor z, Tensor logits) {
    pass.backend().matmul(z, false, leaves(pass), true, logits, false);
  }

  /** The gradient of the bits [T, k] from that of the leaves [T, N]. */
  void backward(Pass pass, Tensor dLogits, Tensor dZ) {
    pass.backend().matmul(dLogits, false, leaves(pass), false, dZ, false);
  }

  /** [N, k]: the bits of each leaf, the highest first. */
  private Tensor leaves(Pass pass) {
    int experts = 1 << bits;
    float[] values = new float[experts * bits];
    for (int e = 0; e < experts; e++) {
      for (int j = 0; j < bits; j++) {
        values[e * bits + j] = e >> (bits - 1 - j) & 1;
      }
    }
    Tensor leaves = pass.takeForRouter(experts, bits);
    pass.backend().write(leaves, values);
    return leaves;
  }
}
