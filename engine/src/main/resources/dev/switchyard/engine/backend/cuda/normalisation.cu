// Softmax and root-mean-square normalisation of rows: a warp each.
#include "kernels.cuh"

namespace {

// A lane's part of a row, 1024 columns at a time: eight in every 256.
constexpr int PARTS = 4;
constexpr int STRETCH = 256 * PARTS;

// Normalises a row that `load` gives in parts of eight columns; up to 1024 columns are read once.
template <class T, class Load>
__device__ __forceinline__ void rmsNorm(Load load, const float* weight, T* out, float* inverseRms,
                                        int d, float epsilon, bool wide) {
  float kept[PARTS][8];
  float squares = 0;
  for (int base = 0; base < d; base += STRETCH) {
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
      int c = base + part * 256 + lane() * 8;
      if (c < d) {
        load(c, kept[part]);
#pragma unroll
        for (int j = 0; j < 8; j++) {
          squares = fmaf(kept[part][j], kept[part][j], squares);
        }
      }
    }
  }
  float inverse = rsqrtf(warpSum(squares) / static_cast<float>(d) + epsilon);
  if (lane() == 0) {
    *inverseRms = inverse;
  }
  bool again = d > STRETCH;
  for (int base = 0; base < d; base += STRETCH) {
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
      int c = base + part * 256 + lane() * 8;
      if (c < d) {
        if (again) {
          load(c, kept[part]);
        }
        float w[8];
        loadSome(weight + c, d - c, wide, w);
#pragma unroll
        for (int j = 0; j < 8; j++) {
          w[j] = kept[part][j] * inverse * rounded<T>(w[j]);
        }
        storeSome(out + c, d - c, wide, w);
      }
    }
  }
}

template <class T>
__device__ __forceinline__ void rmsNorm(const T* x, const float* weight, T* out, float* inverseRms,
                                        int rows, int d, float epsilon) {
  i64 row = rowOfWarp();
  if (row >= rows) {
    return;
  }
  bool wide = d % 8 == 0 && aligned(x, weight, out);
  const T* from = x + row * d;
  rmsNorm([&](int c, float(&v)[8]) { loadSome(from + c, d - c, wide, v); }, weight, out + row * d,
          inverseRms + row, d, epsilon, wide);
}

// to = dropout(to) + from, and the normalised sum.
template <class T>
__device__ __forceinline__ void residualRmsNorm(const T* from, T* to, const float* weight, T* out,
                                                float* inverseRms, int rows, int d, float epsilon,
                                                Dropout drop) {
  i64 row = rowOfWarp();
  if (row >= rows) {
    return;
  }
  bool wide = d % 8 == 0 && aligned(from, to, weight, out);
  i64 first = row * d;
  bool summed = false;
  auto sum = [&](int c, float(&v)[8]) {
    loadSome(to + first + c, d - c, wide, v);
    if (summed) {
      return;
    }
    float more[8];
    loadSome(from + first + c, d - c, wide, more);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      float kept = drop.threshold == 0 ? v[j] : rounded<T>(drop(first + c + j, v[j]));
      v[j] = rounded<T>(kept + more[j]);
    }
    storeSome(to + first + c, d - c, wide, v);
    // Where the row is read a second time, its sums are there already.
    summed = d > STRETCH && c + 256 >= d;
  };
  rmsNorm(sum, weight, out + first, inverseRms + row, d, epsilon, wide);
}

// Each block has a stretch of rows, each warp every eighth of them. The weight's gradient is summed
// in registers, over the warps of a block, and by the last block over all blocks, in that order.
template <class T>
__device__ __forceinline__ void rmsNormBackward(const T* dOut, const T* x, const float* weight,
                                                const float* inverseRms, T* dX, float* partials,
                                                float* dWeight, unsigned* ticket, int rows, int d) {
  SHARED(float, sums, 8 * STRETCH);
  bool wide = d % 8 == 0 && aligned(dOut, x, weight, dX);
  int first = static_cast<int>(partStart(rows, gridDim.x, blockIdx.x));
  int last = static_cast<int>(partStart(rows, gridDim.x, blockIdx.x + 1));
  for (int base = 0; base < d; base += STRETCH) {
    float towardsWeight[PARTS][8] = {};
    for (int row = first + warp(); row < last; row += 8) {
      i64 at = static_cast<i64>(row) * d;
      float inverse = inverseRms[row];
      float product = 0;
      for (int c = lane() * 8; c < d; c += 256) {
        float g[8];
        float v[8];
        float w[8];
        loadSome(dOut + at + c, d - c, wide, g);
        loadSome(x + at + c, d - c, wide, v);
        loadSome(weight + c, d - c, wide, w);
#pragma unroll
        for (int j = 0; j < 8; j++) {
          product = fmaf(g[j] * rounded<T>(w[j]), v[j], product);
        }
      }
      float towardsX = -(inverse * inverse * inverse) * warpSum(product) / static_cast<float>(d);
#pragma unroll
      for (int part = 0; part < PARTS; part++) {
        int c = base + part * 256 + lane() * 8;
        if (c < d) {
          float g[8];
          float v[8];
          float w[8];
          float to[8];
          loadSome(dOut + at + c, d - c, wide, g);
          loadSome(x + at + c, d - c, wide, v);
          loadSome(weight + c, d - c, wide, w);
          loadSome(dX + at + c, d - c, wide, to);
#pragma unroll
          for (int j = 0; j < 8; j++) {
            float scaled = g[j] * inverse;
            to[j] = fmaf(v[j], towardsX, fmaf(scaled, rounded<T>(w[j]), to[j]));
            towardsWeight[part][j] = fmaf(scaled, v[j], towardsWeight[part][j]);
          }
          storeSome(dX + at + c, d - c, wide, to);
        }
      }
    }
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
#pragma unroll
      for (int j = 0; j < 8; j++) {
        // Eight apart in columns, one apart in banks.
        sums[warp() * STRETCH + part * 256 + j * 32 + lane()] = towardsWeight[part][j];
      }
    }
    __syncthreads();
    for (int i = threadIdx.x; i < STRETCH; i += blockDim.x) {
      int c = base + (i & ~255) + (i & 31) * 8 + (i >> 5 & 7);
      float sum = 0;
      for (int w = 0; w < 8; w++) {
        sum += sums[w * STRETCH + i];
      }
      if (c < d) {
        partials[static_cast<i64>(blockIdx.x) * d + c] = sum;
      }
    }
    __syncthreads();
  }
  if (lastOfGrid(ticket)) {
    for (int c = threadIdx.x; c < d; c += blockDim.x) {
      float sum = 0;
#pragma unroll 8
      for (int block = 0; block < static_cast<int>(gridDim.x); block++) {
        sum += partials[static_cast<i64>(block) * d + c];
      }
      dWeight[c] += sum;
    }
  }
}

}  // namespace

#define NORMALISATION(suffix, T)                                                                   \
  KERNEL(softmax_##suffix, 256, (const T* logits, T* probabilities, int rows, int n)) {            \
    i64 row = rowOfWarp();                                                                         \
    if (row < rows) {                                                                              \
      bool wide = n % 8 == 0 && aligned(logits, probabilities);                                    \
      softmaxOfRow(logits + row * n, probabilities + row * n, n, wide);                                 \
    }                                                                                              \
  }                                                                                                \
  KERNEL(rms_norm_##suffix, 256, (const T* x, const float* weight, T* out, float* inverseRms,      \
                                  int rows, int d, float epsilon)) {                               \
    rmsNorm(x, weight, out, inverseRms, rows, d, epsilon);                                         \
  }                                                                                                \
  KERNEL(residual_rms_norm_##suffix, 256,                                                          \
         (const T* from, T* to, const float* weight, T* out, float* inverseRms, int rows, int d,   \
          float epsilon, u64 stream, i64 origin, const u64* key, int threshold, float factor)) {   \
    Dropout drop{streamOf(stream, key), origin, threshold, factor};                                \
    residualRmsNorm(from, to, weight, out, inverseRms, rows, d, epsilon, drop);                    \
  }                                                                                                \
  KERNEL(rms_norm_backward_##suffix, 256,                                                          \
         (const T* dOut, const T* x, const float* weight, const float* inverseRms, T* dX,          \
          float* partials, float* dWeight, unsigned* ticket, int rows, int d)) {                   \
    rmsNormBackward(dOut, x, weight, inverseRms, dX, partials, dWeight, ticket, rows, d);          \
  }
NORMALISATION(f32, float)
NORMALISATION(bf16, bfloat16)
