package dev.switchyard.engine.moe;

/**
 * What network each expert of a layer is.
 *
 * @param kind of the network
 * @param in width of what it reads
 * @param hidden width of its hidden layer; of no meaning where it has none
 * @param out width of what it writes
 */
public record ExpertShape(Kind kind, int in, int hidden, int out) {
  /** The kinds of networks. */
  public enum Kind {
    /** One matrix. */
    LINEAR,
    /** Two matrices, relu between them. */
    RELU,
    /** Three matrices: gelu of what the first gives times what the second gives, then the third. */
    GEGLU
  }

  /** One matrix. */
  public static ExpertShape linear(int in, int out) {
    return new ExpertShape(Kind.LINEAR, in, 0, out);
  }

  /** A feed-forward network. */
  public static ExpertShape feedForward(int in, int hidden, int out, boolean gated) {
    return new ExpertShape(gated ? Kind.GEGLU : Kind.RELU, in, hidden, out);
  }

  /** Weights of one expert; each is applied once to a token. */
  public long weights() {
    return switch (kind) {
      case LINEAR -> (long) in * out;
      case RELU -> (long) hidden * (in + out);
      case GEGLU -> (long) hidden * (2L * in + out);
    };
  }
}
