package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.RandomKey;

/** The operations as plain loops in double precision: what {@link Backend} says, word for word. */
final class Reference {
  private Reference() {}

  /** Sum of a * b. */
  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** op(a) op(b) of one matrix each: [m, n]; a and b start at the given elements. */
  static double[] product(
      double[] a, int aFrom, boolean tA, double[] b, int bFrom, boolean tB, int m, int k, int n) {
    double[] out = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        for (int l = 0; l < k; l++) {
          out[i * n + j] +=
              a[aFrom + (tA ? l * m + i : i * k + l)] * b[bFrom + (tB ? j * k + l : l * n + j)];
        }
      }
    }
    return out;
  }

  static double gelu(double a) {
    double inner = Math.sqrt(2 / Math.PI) * (a + 0.044715 * a * a * a);
    return 0.5 * a * (1 + Math.tanh(inner));
  }

  static double[] geglu(double[] a, double[] b) {
    double[] out = new double[a.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = gelu(a[i]) * b[i];
    }
    return out;
  }

  static double[] dropout(double[] x, double rate, RandomKey key) {
    double[] out = new double[x.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = key.uniform(i) >= rate ? x[i] / (1 - rate) : 0;
    }
    return out;
  }

  static double[] rmsNorm(double[] x, double[] weight, double epsilon) {
    int width = weight.length;
    double[] out = new double[x.length];
    for (int row = 0; row < x.length; row += width) {
      double squares = 0;
      for (int i = 0; i < width; i++) {
        squares += x[row + i] * x[row + i];
      }
      for (int i = 0; i < width; i++) {
        out[row + i] = x[row + i] / Math.sqrt(squares / width + epsilon) * weight[i];
      }
    }
    return out;
  }

  /** Log of the sum of exponentials of one row. */
  static double logSumExp(double[] x, int from, int width) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < width; i++) {
      largest = Math.max(largest, x[from + i]);
    }
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += Math.exp(x[from + i] - largest);
    }
    return largest + Math.log(sum);
  }

  static double[] softmax(double[] x, int width) {
    double[] out = new double[x.length];
    for (int row = 0; row < x.length; row += width) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = row; i < row + width; i++) {
        largest = Math.max(largest, x[i]);
      }
      double sum = 0;
      for (int i = row; i < row + width; i++) {
        out[i] = Math.exp(x[i] - largest);
        sum += out[i];
      }
      for (int i = row; i < row + width; i++) {
        out[i] /= sum;
      }
    }
    return out;
  }

  /** Rows by index, scaled; zeros where the index is -1. */
  static double[] gather(double[] from, int[] index, double[] factor, int width) {
    double[] out = new double[index.length * width];
    for (int row = 0; row < index.length; row++) {
      for (int i = 0; index[row] >= 0 && i < width; i++) {
        out[row * width + i] = from[index[row] * width + i] * (factor == null ? 1 : factor[row]);
      }
    }
    return out;
  }

  /** Attention as in {@link Backend#attention}; bias and mask may be null. */
  static double[] attention(
      AttentionPlan plan, double[] q, double[] k, double[] v, double[] bias, int[] keyMask) {
    double[] out = new double[q.length];
    for (int b = 0; b < plan.batch(); b++) {
      for (int h = 0; h < plan.heads(); h++) {
        for (int i = 0; i < plan.queryLength(); i++) {
          attendFrom(plan, b, h, i, q, k, v, bias, keyMask, out);
        }
      }
    }
    return out;
  }

  private static void attendFrom(
      AttentionPlan plan,
      int b,
      int h,
      int i,
      double[] q,
      double[] k,
      double[] v,
      double[] bias,
      int[] keyMask,
      double[] out) {
    int keys = plan.keyLength();
    int width = plan.heads() * plan.headSize();
    int query = (b * plan.queryLength() + i) * width + h * plan.headSize();
    double[] scores = new double[keys];
    boolean[] seen = new boolean[keys];
    double sum = 0;
    for (int j = 0; j < keys; j++) {
      int key = (b * keys + j) * width + h * plan.headSize();
      seen[j] = (keyMask == null || keyMask[b * keys + j] != 0) && (!plan.causal() || j <= i);
      for (int d = 0; d < plan.headSize(); d++) {
        scores[j] += q[query + d] * k[key + d];
      }
      scores[j] += bias == null ? 0 : bias[(h * plan.queryLength() + i) * keys + j];
      sum += seen[j] ? Math.exp(scores[j]) : 0;
    }
    for (int j = 0; j < keys; j++) {
      if (!seen[j]) {
        continue;
      }
      long pair = ((long) (b * plan.heads() + h) * plan.queryLength() + i) * keys + j;
      double share = Math.exp(scores[j]) / sum;
      if (plan.dropoutRate() > 0) {
        boolean kept = plan.dropoutKey().uniform(pair) >= plan.dropoutRate();
        share = kept ? share / (1 - plan.dropoutRate()) : 0;
      }
      for (int d = 0; d < plan.headSize(); d++) {
        out[query + d] += share * v[(b * keys + j) * width + h * plan.headSize() + d];
      }
    }
  }
}
