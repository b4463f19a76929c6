package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.RandomKey;

/**
 * The sizes and switches of one attention.
 *
 * @param batch rows of the batch, B
 * @param heads attention heads, H
 * @param queryLength positions that ask, Lq
 * @param keyLength positions that answer, Lk
 * @param headSize elements a head, d_kv
 * @param causal whether position i sees only keys 0 to i (queries and keys aligned at the start)
 * @param dropoutRate share of attention probabilities set to 0, the others scaled by 1/(1-rate)
 * @param dropoutKey the random numbers of the dropout, indexed over [B, H, Lq, Lk]
 */
public record AttentionPlan(
    int batch,
    int heads,
    int queryLength,
    int keyLength,
    int headSize,
    boolean causal,
    double dropoutRate,
    RandomKey dropoutKey) {}
