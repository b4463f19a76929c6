// Attention in the flash manner: softmax(q k^T + bias + mask) v without ever keeping the scores. The
// forward pass keeps the log-sum-exp of each query's scores; the backward pass computes the scores
// again, once for the gradients of keys and values, once for those of the queries, and once for
// that of the bias, so that each sum has one owner and one order.
//
// Probabilities are rounded to the storage type before they weigh values, the scores' gradient
// before it is multiplied with queries and keys. DP is the head size rounded up to 16, 32, 64 or
// 128.
#pragma once

#include "kernels.cuh"

namespace {

struct Sizes {
  int batch;
  int heads;
  int queries;
  int keys;
  int size;  // of a head
  int causal;

  // Elements from one token to the next.
  __device__ __forceinline__ i64 width() const { return static_cast<i64>(heads) * size; }
  // Where a row of the batch and a head begin in a tensor of `length` tokens a row.
  __device__ __forceinline__ i64 head(int b, int h, int length) const {
    return static_cast<i64>(b) * length * width() + static_cast<i64>(h) * size;
  }
  // The first of the state's elements for a row of the batch and a head.
  __device__ __forceinline__ i64 state(int b, int h) const {
    return (static_cast<i64>(b) * heads + h) * queries;
  }
};

// What is added to a score, and which scores count, for one row of the batch and one head.
struct Additions {
  const float* bias32;
  const bfloat16* bias16;
  const int* mask;
  int queries;
  int keys;
  bool causal;

  __device__ __forceinline__ bool hides(int i, int j) const {
    return i >= queries || j >= keys || (causal && j > i) || (mask != nullptr && mask[j] == 0);
  }
  __device__ __forceinline__ float biasAt(int i, int j) const {
    i64 at = static_cast<i64>(i) * keys + j;
    return bias32 != nullptr ? bias32[at] : bias16 != nullptr ? widened(bias16[at]) : 0.0f;
  }
  // The score with its bias; negative infinity where it does not count.
  __device__ __forceinline__ float score(int i, int j, float product) const {
    return hides(i, j) ? -INFINITE : product + biasAt(i, j);
  }
};

struct Inputs {
  const float* bias32;
  const bfloat16* bias16;
  const int* keyMask;
  Sizes sizes;
  Dropout dropout;

  __device__ __forceinline__ Additions additions(int b, int h) const {
    i64 pairs = static_cast<i64>(sizes.queries) * sizes.keys;
    return {bias32 == nullptr ? nullptr : bias32 + h * pairs,
            bias16 == nullptr ? nullptr : bias16 + h * pairs,
            keyMask == nullptr ? nullptr : keyMask + static_cast<i64>(b) * sizes.keys,
            sizes.queries,
            sizes.keys,
            sizes.causal != 0};
  }
  // What dropout multiplies the probability of a pair with.
  __device__ __forceinline__ float kept(int b, int h, int i, int j) const {
    if (dropout.threshold == 0) {
      return 1.0f;
    }
    i64 index = (sizes.state(b, h) + i) * sizes.keys + j;
    return randomBits(dropout.stream, dropout.origin + index) >= dropout.threshold ? dropout.factor
                                                                                  : 0.0f;
  }
  // Keys that the queries before `query` may see at all.
  __device__ __forceinline__ int keysBefore(int query) const {
    return sizes.causal != 0 ? min(sizes.keys, query) : sizes.keys;
  }
};

// A query that sees nothing has an infinite log-sum-exp: its probabilities come out as 0 again.
__device__ __forceinline__ float logSumExp(float largest, float sum) {
  return sum > 0 ? largest + logf(sum) : INFINITE;
}

// What the backward pass reads.
template <class T>
struct Backward {
  const T* q;
  const T* k;
  const T* v;
  const float* state;
  const float* delta;
  const T* dOut;
};

}  // namespace

// ---- the kernels of one way and head size ----

#define ARGS const float *bias32, const bfloat16 *bias16, const int *keyMask
#define SIZES                                                                              \
  int batch, int heads, int queries, int keys, int size, int causal, u64 stream, i64 origin, \
      const u64 *key, int threshold, float factor
#define INPUTS                                                  \
  Inputs in {                                                   \
    bias32, bias16, keyMask, {batch, heads, queries, keys, size, causal}, { \
      streamOf(stream, key), origin, threshold, factor          \
    }                                                           \
  }

#define ATTENTION(variant, T, DP, threads, forward, keysOf, queriesOf, biasOf)                     \
  KERNEL(attention_##variant##_##DP, threads,                                                      \
         (const T* q, const T* k, const T* v, ARGS, T* out, float* state, SIZES)) {                \
    INPUTS;                                                                                        \
    forward<T, DP>(q, k, v, out, state, in);                                                       \
  }                                                                                                \
  KERNEL(attention_keys_##variant##_##DP, threads,                                                 \
         (const T* q, const T* k, const T* v, ARGS, const float* state, const float* delta,        \
          const T* dOut, T* dK, T* dV, SIZES)) {                                                   \
    INPUTS;                                                                                        \
    keysOf<T, DP>(Backward<T>{q, k, v, state, delta, dOut}, dK, dV, in);                           \
  }                                                                                                \
  KERNEL(attention_queries_##variant##_##DP, threads,                                              \
         (const T* q, const T* k, const T* v, ARGS, const float* state, const float* delta,        \
          const T* dOut, T* dQ, SIZES)) {                                                          \
    INPUTS;                                                                                        \
    queriesOf<T, DP>(Backward<T>{q, k, v, state, delta, dOut}, dQ, in);                            \
  }                                                                                                \
  KERNEL(attention_bias_##variant##_##DP, threads,                                                 \
         (const T* q, const T* k, const T* v, ARGS, const float* state, const float* delta,        \
          const T* dOut, float* dBias, SIZES)) {                                                   \
    INPUTS;                                                                                        \
    biasOf<T, DP>(Backward<T>{q, k, v, state, delta, dOut}, dBias, in);                            \
  }
