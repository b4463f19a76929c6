// Attention by plain loops: for float, and for GPUs whose tensor cores don't know bfloat16. Tiles are
// 32 by 32 and lie in shared memory as floats; a warp has four rows, a lane a column.
#include "attention.cuh"

namespace {

constexpr int SIDE = 32;
constexpr int ROWS = 4;

template <int DP>
struct Plain {
  static constexpr int STRIDE = DP + 1;
  static constexpr int TILE = SIDE * STRIDE;
  static constexpr int PARTS = DP < 32 ? 1 : DP / 32;

  // 32 tokens of one head from `first` on; zeros behind the last of `length` and the head's size.
  template <class T>
  static __device__ __forceinline__ void load(const T* from, i64 width, int size, int first,
                                              int length, float* tile) {
    for (int i = threadIdx.x; i < SIDE * DP; i += blockDim.x) {
      int row = i / DP;
      int c = i % DP;
      bool inside = first + row < length && c < size;
      tile[row * STRIDE + c] = inside ? widened(from[(first + row) * width + c]) : 0.0f;
    }
  }

  // The products of the warp's rows of a with the lane's row of b.
  static __device__ __forceinline__ void multiply(const float* a, const float* b,
                                                  float (&out)[ROWS]) {
    const float* row = a + warp() * ROWS * STRIDE;
    const float* own = b + lane() * STRIDE;
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      out[r] = 0;
    }
#pragma unroll 8
    for (int c = 0; c < DP; c++) {
#pragma unroll
      for (int r = 0; r < ROWS; r++) {
        out[r] = fmaf(row[r * STRIDE + c], own[c], out[r]);
      }
    }
  }

  // out[row] += sum over i of weight(row, i) tile[i], the warp's rows and the lane's columns.
  template <class Weight>
  static __device__ __forceinline__ void gather(Weight weight, const float* tile,
                                                float (&out)[ROWS][PARTS]) {
    for (int i = 0; i < SIDE; i++) {
#pragma unroll
      for (int part = 0; part < PARTS; part++) {
        int c = part * 32 + lane();
        float v = DP >= 32 || c < DP ? tile[i * STRIDE + c] : 0.0f;
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
          out[r][part] = fmaf(weight(warp() * ROWS + r, i), v, out[r][part]);
        }
      }
    }
  }

  template <class T>
  static __device__ __forceinline__ void save(const float (&rows)[ROWS][PARTS], T* to, i64 width,
                                              int size, int first, int length) {
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      int row = first + warp() * ROWS + r;
#pragma unroll
      for (int part = 0; part < PARTS; part++) {
        int c = part * 32 + lane();
        if (row < length && c < size) {
          store(to + row * width + c, rows[r][part]);
        }
      }
    }
  }
};

template <class T, int DP>
__device__ __forceinline__ void plainForward(const T* q, const T* k, const T* v, T* out,
                                             float* state, const Inputs& in) {
  using Tiles = Plain<DP>;
  DYNAMIC_SHARED(float, query);
  float* other = query + Tiles::TILE;
  float* weights = other + Tiles::TILE;  // [32, 33]
  const Sizes& sizes = in.sizes;
  int h = static_cast<int>(blockIdx.y);
  int b = static_cast<int>(blockIdx.z);
  int firstQuery = static_cast<int>(blockIdx.x) * SIDE;
  i64 width = sizes.width();
  i64 keysAt = sizes.head(b, h, sizes.keys);
  Additions additions = in.additions(b, h);
  Tiles::load(q + sizes.head(b, h, sizes.queries), width, sizes.size, firstQuery, sizes.queries,
              query);
  float sums[ROWS][Tiles::PARTS] = {};
  float largest[ROWS];
  float whole[ROWS] = {};
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
    largest[r] = -INFINITE;
  }
  int last = in.keysBefore(firstQuery + SIDE);
  for (int first = 0; first < last; first += SIDE) {
    __syncthreads();
    Tiles::load(k + keysAt, width, sizes.size, first, sizes.keys, other);
    __syncthreads();
    float scores[ROWS];
    Tiles::multiply(query, other, scores);
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      int i = firstQuery + warp() * ROWS + r;
      int j = first + lane();
      float score = additions.score(i, j, scores[r]);
      float most = fmaxf(largest[r], warpMax(score));
      float shift = most == -INFINITE ? 0.0f : most;
      float shrink = expf(largest[r] - shift);
      float p = expf(score - shift);
      largest[r] = most;
      whole[r] = whole[r] * shrink + warpSum(p);
      float kept = in.dropout.threshold != 0 && p > 0 ? in.kept(b, h, i, j) : 1.0f;
      weights[(warp() * ROWS + r) * 33 + lane()] = kept == 0 ? 0.0f : rounded<T>(p);
#pragma unroll
      for (int part = 0; part < Tiles::PARTS; part++) {
        sums[r][part] *= shrink;
      }
    }
    __syncthreads();
    Tiles::load(v + keysAt, width, sizes.size, first, sizes.keys, other);
    __syncthreads();
    Tiles::gather([&](int row, int i) { return weights[row * 33 + i]; }, other, sums);
  }
  float factor = in.dropout.threshold == 0 ? 1.0f : in.dropout.factor;
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
    int i = firstQuery + warp() * ROWS + r;
    float scale = whole[r] > 0 ? factor / whole[r] : 0.0f;
#pragma unroll
    for (int part = 0; part < Tiles::PARTS; part++) {
      sums[r][part] *= scale;
    }
    if (lane() == 0 && i < sizes.queries) {
      state[sizes.state(b, h) + i] = logSumExp(largest[r], whole[r]);
    }
  }
  Tiles::save(sums, out + sizes.head(b, h, sizes.queries), width, sizes.size, firstQuery,
              sizes.queries);
}

// From the products of one pair: its probability after dropout, and the slope of its score.
struct Slope {
  float weight;
  float slope;
};
__device__ __forceinline__ Slope slopeOf(const Inputs& in, const Additions& additions, int b, int h,
                                         int i, int j, float product, float dWeight, float state,
                                         float delta) {
  float p = expf(additions.score(i, j, product) - state);
  float kept = p > 0 ? in.kept(b, h, i, j) : 0.0f;
  return {p * kept, p * (kept * dWeight - delta)};
}

template <class T, int DP>
__device__ __forceinline__ void plainKeys(const Backward<T>& from, T* dK, T* dV, const Inputs& in) {
  using Tiles = Plain<DP>;
  DYNAMIC_SHARED(float, key);
  float* value = key + Tiles::TILE;
  float* other = value + Tiles::TILE;
  float* weights = other + Tiles::TILE;  // [32, 33]
  float* slopes = weights + SIDE * 33;   // [32, 33]
  const Sizes& sizes = in.sizes;
  int h = static_cast<int>(blockIdx.y);
  int b = static_cast<int>(blockIdx.z);
  int firstKey = static_cast<int>(blockIdx.x) * SIDE;
  i64 width = sizes.width();
  i64 keysAt = sizes.head(b, h, sizes.keys);
  i64 queriesAt = sizes.head(b, h, sizes.queries);
  Additions additions = in.additions(b, h);
  Tiles::load(from.k + keysAt, width, sizes.size, firstKey, sizes.keys, key);
  Tiles::load(from.v + keysAt, width, sizes.size, firstKey, sizes.keys, value);
  float sumK[ROWS][Tiles::PARTS] = {};
  float sumV[ROWS][Tiles::PARTS] = {};
  int start = sizes.causal != 0 ? firstKey / SIDE * SIDE : 0;
  for (int first = start; first < sizes.queries; first += SIDE) {
    __syncthreads();
    Tiles::load(from.q + queriesAt, width, sizes.size, first, sizes.queries, other);
    __syncthreads();
    float products[ROWS];
    Tiles::multiply(other, key, products);
    __syncthreads();
    Tiles::load(from.dOut + queriesAt, width, sizes.size, first, sizes.queries, other);
    __syncthreads();
    float dWeights[ROWS];
    Tiles::multiply(other, value, dWeights);
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      int row = warp() * ROWS + r;
      int i = first + row;
      i64 at = sizes.state(b, h) + min(i, sizes.queries - 1);
      Slope slope = slopeOf(in, additions, b, h, i, firstKey + lane(), products[r], dWeights[r],
                            from.state[at], from.delta[at]);
      weights[row * 33 + lane()] = rounded<T>(slope.weight);
      slopes[row * 33 + lane()] = rounded<T>(slope.slope);
    }
    __syncthreads();
    Tiles::gather([&](int row, int i) { return weights[i * 33 + row]; }, other, sumV);
    __syncthreads();
    Tiles::load(from.q + queriesAt, width, sizes.size, first, sizes.queries, other);
    __syncthreads();
    Tiles::gather([&](int row, int i) { return slopes[i * 33 + row]; }, other, sumK);
  }
  Tiles::save(sumK, dK + keysAt, width, sizes.size, firstKey, sizes.keys);
  Tiles::save(sumV, dV + keysAt, width, sizes.size, firstKey, sizes.keys);
}

template <class T, int DP>
__device__ __forceinline__ void plainQueries(const Backward<T>& from, T* dQ, const Inputs& in) {
  using Tiles = Plain<DP>;
  DYNAMIC_SHARED(float, query);
  float* gradient = query + Tiles::TILE;
  float* other = gradient + Tiles::TILE;
  float* slopes = other + Tiles::TILE;  // [32, 33]
  const Sizes& sizes = in.sizes;
  int h = static_cast<int>(blockIdx.y);
  int b = static_cast<int>(blockIdx.z);
  int firstQuery = static_cast<int>(blockIdx.x) * SIDE;
  i64 width = sizes.width();
  i64 keysAt = sizes.head(b, h, sizes.keys);
  i64 queriesAt = sizes.head(b, h, sizes.queries);
  Additions additions = in.additions(b, h);
  Tiles::load(from.q + queriesAt, width, sizes.size, firstQuery, sizes.queries, query);
  Tiles::load(from.dOut + queriesAt, width, sizes.size, firstQuery, sizes.queries, gradient);
  float sums[ROWS][Tiles::PARTS] = {};
  int last = in.keysBefore(firstQuery + SIDE);
  for (int first = 0; first < last; first += SIDE) {
    __syncthreads();
    Tiles::load(from.v + keysAt, width, sizes.size, first, sizes.keys, other);
    __syncthreads();
    float dWeights[ROWS];
    Tiles::multiply(gradient, other, dWeights);
    __syncthreads();
    Tiles::load(from.k + keysAt, width, sizes.size, first, sizes.keys, other);
    __syncthreads();
    float products[ROWS];
    Tiles::multiply(query, other, products);
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      int row = warp() * ROWS + r;
      int i = firstQuery + row;
      i64 at = sizes.state(b, h) + min(i, sizes.queries - 1);
      Slope slope = slopeOf(in, additions, b, h, i, first + lane(), products[r], dWeights[r],
                            from.state[at], from.delta[at]);
      slopes[row * 33 + lane()] = rounded<T>(slope.slope);
    }
    __syncwarp();
    Tiles::gather([&](int row, int i) { return slopes[row * 33 + i]; }, other, sums);
  }
  Tiles::save(sums, dQ + queriesAt, width, sizes.size, firstQuery, sizes.queries);
}

// One tile of the bias of one head, over all rows of the batch.
template <class T, int DP>
__device__ __forceinline__ void plainBias(const Backward<T>& from, float* dBias, const Inputs& in) {
  using Tiles = Plain<DP>;
  DYNAMIC_SHARED(float, rows);
  float* columns = rows + Tiles::TILE;
  const Sizes& sizes = in.sizes;
  int h = static_cast<int>(blockIdx.z);
  int firstKey = static_cast<int>(blockIdx.x) * SIDE;
  int firstQuery = static_cast<int>(blockIdx.y) * SIDE;
  if (sizes.causal != 0 && firstKey >= firstQuery + SIDE) {
    return;
  }
  i64 width = sizes.width();
  float sums[ROWS] = {};
  for (int b = 0; b < sizes.batch; b++) {
    i64 keysAt = sizes.head(b, h, sizes.keys);
    i64 queriesAt = sizes.head(b, h, sizes.queries);
    Additions additions = in.additions(b, h);
    __syncthreads();
    Tiles::load(from.q + queriesAt, width, sizes.size, firstQuery, sizes.queries, rows);
    Tiles::load(from.k + keysAt, width, sizes.size, firstKey, sizes.keys, columns);
    __syncthreads();
    float products[ROWS];
    Tiles::multiply(rows, columns, products);
    __syncthreads();
    Tiles::load(from.dOut + queriesAt, width, sizes.size, firstQuery, sizes.queries, rows);
    Tiles::load(from.v + keysAt, width, sizes.size, firstKey, sizes.keys, columns);
    __syncthreads();
    float dWeights[ROWS];
    Tiles::multiply(rows, columns, dWeights);
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      int i = firstQuery + warp() * ROWS + r;
      i64 at = sizes.state(b, h) + min(i, sizes.queries - 1);
      sums[r] += slopeOf(in, additions, b, h, i, firstKey + lane(), products[r], dWeights[r],
                         from.state[at], from.delta[at])
                     .slope;
    }
  }
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
    int i = firstQuery + warp() * ROWS + r;
    int j = firstKey + lane();
    if (i < sizes.queries && j < sizes.keys) {
      dBias[(static_cast<i64>(h) * sizes.queries + i) * sizes.keys + j] += sums[r];
    }
  }
}

// delta[b, h, i] = dOut . out of a query's head, which is what the softmax's backward subtracts.
template <class T>
__device__ __forceinline__ void deltaOf(const T* out, const T* dOut, float* delta, int batch,
                                        int heads, int queries, int size) {
  i64 row = rowOfWarp();  // [B, Lq, H], as the tokens lie
  if (row >= static_cast<i64>(batch) * queries * heads) {
    return;
  }
  float sum = 0;
  for (int c = lane(); c < size; c += 32) {
    sum = fmaf(widened(out[row * size + c]), widened(dOut[row * size + c]), sum);
  }
  sum = warpSum(sum);
  if (lane() == 0) {
    i64 token = row / heads;
    i64 h = row % heads;
    delta[(token / queries * heads + h) * queries + token % queries] = sum;
  }
}

}  // namespace

#define PLAIN(DP)                                                                                \
  ATTENTION(f32, float, DP, 256, plainForward, plainKeys, plainQueries, plainBias)               \
  ATTENTION(bf16, bfloat16, DP, 256, plainForward, plainKeys, plainQueries, plainBias)
PLAIN(16)
PLAIN(32)
PLAIN(64)
PLAIN(128)

#define DELTA(suffix, T)                                                                         \
  KERNEL(attention_delta_##suffix, 256, (const T* out, const T* dOut, float* delta, int batch,   \
                                         int heads, int queries, int size)) {                    \
    deltaOf(out, dOut, delta, batch, heads, queries, size);                                      \
  }
DELTA(f32, float)
DELTA(bf16, bfloat16)
