package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Bfloat16;
import dev.switchyard.engine.tensor.Tensor;

/**
 * Attention that rounds to bfloat16 where {@link Bfloat16Backend} says, on any device: its products
 * in float32 do the work, and the rest is plain loops.
 */
final class EmulatedAttention {
  private final Backend device;
  private final Arena scratch;

  EmulatedAttention(Backend device, Arena scratch) {
    this.device = device;
    this.scratch = scratch;
  }

  void forward(
      AttentionPlan plan,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor bias,
      Tensor keyMask,
      Tensor out,
      Tensor state) {
    Tensor queries = byHead(plan, q, plan.queryLength());
    Tensor keys = byHead(plan, k, plan.keyLength());
    Tensor scores = scratch.take(pairs(plan));
    device.batchedMatmul(queries, false, keys, true, scores, false, null);
    float[] probabilities = device.floats(scores);
    softmax(plan, probabilities, bias == null ? null : device.floats(bias), keyMask);
    device.write(state, probabilities);

    Tensor kept = dropped(plan, state);
    Tensor values = byHead(plan, v, plan.keyLength());
    device.batchedMatmul(kept, false, values, false, queries, false, null);
    fromHeads(plan, queries, plan.queryLength(), out);
  }

  void backward(
      AttentionPlan plan,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor state,
      Tensor dOut,
      Tensor dQ,
      Tensor dK,
      Tensor dV,
      Tensor dBias) {
    Tensor queries = byHead(plan, q, plan.queryLength());
    Tensor keys = byHead(plan, k, plan.keyLength());
    Tensor values = byHead(plan, v, plan.keyLength());
    Tensor gradient = byHead(plan, dOut, plan.queryLength());
    Tensor kept = dropped(plan, state);
    Tensor perKey = scratch.take(keys.shape());
    device.batchedMatmul(kept, true, gradient, false, perKey, false, null);
    fromHeads(plan, perKey, plan.keyLength(), dV);

    Tensor dScores = scratch.take(pairs(plan));
    device.batchedMatmul(gradient, false, values, true, dScores, false, null);
    float[] slopes = device.floats(dScores);
    softmaxBackward(plan, device.floats(state), device.floats(kept), slopes);
    if (dBias != null) {
      addOverBatch(plan, slopes, dBias);
    }
    device.write(dScores, rounded(slopes));
    device.batchedMatmul(dScores, true, queries, false, perKey, false, null);
    fromHeads(plan, perKey, plan.keyLength(), dK);
    device.batchedMatmul(dScores, false, keys, false, queries, false, null);
    fromHeads(plan, queries, plan.queryLength(), dQ);
  }

  private static int[] pairs(AttentionPlan plan) {
    return new int[] {plan.batch() * plan.heads(), plan.queryLength(), plan.keyLength()};
  }

  private static float[] rounded(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Bfloat16.rounded(values[i]);
    }
    return values;
  }

  /** The probabilities that dropout leaves, rounded; [B * H, Lq, Lk]. */
  private Tensor dropped(AttentionPlan plan, Tensor state) {
    Tensor kept = scratch.take(pairs(plan));
    device.write(kept, device.floats(state));
    if (plan.dropoutRate() > 0) {
      device.dropout(kept, plan.dropoutRate(), plan.dropoutKey(), kept);
      device.write(kept, rounded(device.floats(kept)));
    }
    return kept;
  }

  /** Scores become probabilities, row by row; zeros for a query that sees nothing. */
  private void softmax(AttentionPlan plan, float[] scores, float[] bias, Tensor keyMask) {
    int[] mask = keyMask == null ? null : device.ints(keyMask);
    int keys = plan.keyLength();
    int ofBatchRow = plan.heads() * plan.queryLength();
    for (int row = 0; row < scores.length / Math.max(1, keys); row++) {
      int from = row * keys;
      int seen = plan.causal() ? Math.min(row % plan.queryLength() + 1, keys) : keys;
      float largest = Float.NEGATIVE_INFINITY;
      for (int j = 0; j < keys; j++) {
        boolean hidden = j >= seen || (mask != null && mask[row / ofBatchRow * keys + j] == 0);
        float added = bias == null ? 0 : bias[row % ofBatchRow * keys + j];
        scores[from + j] = hidden ? Float.NEGATIVE_INFINITY : scores[from + j] + added;
        largest = Math.max(largest, scores[from + j]);
      }
      double sum = 0;
      for (int j = 0; j < keys && largest > Float.NEGATIVE_INFINITY; j++) {
        sum += Math.exp((double) scores[from + j] - largest);
      }
      for (int j = 0; j < keys; j++) {
        double e = sum == 0 ? 0 : Math.exp((double) scores[from + j] - largest) / sum;
        scores[from + j] = (float) e;
      }
    }
  }

  /** Slopes of what dropout left become those of the scores: kept d - p sum(kept d). */
  private static void softmaxBackward(
      AttentionPlan plan, float[] probabilities, float[] kept, float[] slopes) {
    int keys = plan.keyLength();
    for (int from = 0; from < slopes.length; from += keys) {
      double sum = 0;
      for (int j = from; j < from + keys; j++) {
        sum += (double) kept[j] * slopes[j];
      }
      for (int j = from; j < from + keys; j++) {
        slopes[j] = (float) ((double) kept[j] * slopes[j] - probabilities[j] * sum);
      }
    }
  }

  private void addOverBatch(AttentionPlan plan, float[] slopes, Tensor dBias) {
    float[] sums = device.floats(dBias);
    for (int i = 0; i < sums.length; i++) {
      double sum = sums[i];
      for (int b = 0; b < plan.batch(); b++) {
        sum += slopes[b * sums.length + i];
      }
      sums[i] = (float) sum;
    }
    device.write(dBias, sums);
  }

  /** Rows [B * L, H * d] of tokens as [B * H, L, d] in float32. */
  private Tensor byHead(AttentionPlan plan, Tensor tokens, int length) {
    float[] from = device.floats(tokens);
    float[] to = new float[from.length];
    int size = plan.headSize();
    for (int b = 0; b < plan.batch(); b++) {
      for (int h = 0; h < plan.heads(); h++) {
        for (int i = 0; i < length; i++) {
          int token = ((b * length + i) * plan.heads() + h) * size;
          System.arraycopy(from, token, to, ((b * plan.heads() + h) * length + i) * size, size);
        }
      }
    }
    Tensor heads = scratch.take(plan.batch() * plan.heads(), length, size);
    device.write(heads, to);
    return heads;
  }

  private void fromHeads(AttentionPlan plan, Tensor heads, int length, Tensor tokens) {
    float[] from = device.floats(heads);
    float[] to = new float[from.length];
    int size = plan.headSize();
    for (int b = 0; b < plan.batch(); b++) {
      for (int h = 0; h < plan.heads(); h++) {
        for (int i = 0; i < length; i++) {
          int token = ((b * length + i) * plan.heads() + h) * size;
          System.arraycopy(from, ((b * plan.heads() + h) * length + i) * size, to, token, size);
        }
      }
    }
    device.write(tokens, to);
  }
}
