// Cross entropy of rows of logits and its gradient: a block each, the logits as they are stored.
#include "kernels.cuh"

namespace {

// The largest element of a row so far, the sum of e^(x - largest), and of target x.
struct Course {
  float largest;
  float sum;
  float product;
};

__device__ __forceinline__ void join(Course& to, float largest, float sum) {
  float both = fmaxf(to.largest, largest);
  float mine = to.largest == both ? to.sum : to.sum * expf(to.largest - both);
  float other = largest == both ? sum : sum * expf(largest - both);
  to.largest = both;
  to.sum = mine + other;
}

// One pass over a row; the result is in every thread.
template <class T, class Target>
__device__ __forceinline__ Course courseOf(const T* x, const Target* targets, int n, bool wide) {
  SHARED(Course, courses, 32);
  Course own{-INFINITE, 0, 0};
  for (int c = threadIdx.x * 8; c < n; c += blockDim.x * 8) {
    float v[8];
    loadSome(x + c, n - c, wide, v);
    float largest = -INFINITE;
#pragma unroll
    for (int j = 0; j < 8; j++) {
      largest = c + j < n ? fmaxf(largest, v[j]) : largest;
    }
    if (largest > own.largest) {
      own.sum *= expf(own.largest - largest);
      own.largest = largest;
    }
#pragma unroll
    for (int j = 0; j < 8; j++) {
      own.sum += c + j < n && own.largest > -INFINITE ? expf(v[j] - own.largest) : 0.0f;
    }
    if (targets != nullptr) {
      float share[8];
      loadSome(targets + c, n - c, wide, share);
#pragma unroll
      for (int j = 0; j < 8; j++) {
        own.product = fmaf(share[j], v[j], own.product);
      }
    }
  }
#pragma unroll
  for (int step = 16; step > 0; step >>= 1) {
    float largest = __shfl_xor_sync(ALL_LANES, own.largest, step);
    float sum = __shfl_xor_sync(ALL_LANES, own.sum, step);
    own.product += __shfl_xor_sync(ALL_LANES, own.product, step);
    join(own, largest, sum);
  }
  if (lane() == 0) {
    courses[warp()] = own;
  }
  __syncthreads();
  Course whole = courses[0];
  for (int w = 1; w < static_cast<int>(blockDim.x >> 5); w++) {
    Course other = courses[w];
    whole.product += other.product;
    join(whole, other.largest, other.sum);
  }
  return whole;
}

template <class T, class Target>
__device__ __forceinline__ void crossEntropy(const T* logits, const Target* targets,
                                             const int* labels, float* loss, float* logSumExp,
                                             int n) {
  i64 row = blockIdx.x;
  const T* x = logits + row * n;
  const Target* shares = targets == nullptr ? nullptr : targets + row * n;
  bool wide = n % 8 == 0 && aligned(logits) && (targets == nullptr || aligned(targets));
  Course course = courseOf(x, shares, n, wide);
  if (threadIdx.x == 0) {
    float whole = course.largest + logf(course.sum);
    int label = labels[row];
    float hit = targets != nullptr ? course.product : label >= 0 && label < n ? widened(x[label]) : 0.0f;
    loss[row] = label < 0 ? 0.0f : whole - hit;
    logSumExp[row] = whole;
  }
}

template <class T>
__device__ __forceinline__ void crossEntropyBackward(const T* logits, const int* labels,
                                                     const float* logSumExp, T* dLogits, int n,
                                                     float scale, float zLoss) {
  i64 row = blockIdx.x;
  bool wide = n % 8 == 0 && aligned(logits, dLogits);
  int label = labels[row];
  float whole = logSumExp[row];
  float factor = label < 0 ? 0.0f : scale * (1.0f + 2.0f * zLoss * whole);
  for (int c = threadIdx.x * 8; c < n; c += blockDim.x * 8) {
    float v[8] = {};
    if (label >= 0) {
      loadSome(logits + row * n + c, n - c, wide, v);
#pragma unroll
      for (int j = 0; j < 8; j++) {
        v[j] = expf(v[j] - whole) * factor - (c + j == label ? scale : 0.0f);
      }
    }
    storeSome(dLogits + row * n + c, n - c, wide, v);
  }
}

template <class T, class Target>
__device__ __forceinline__ void softCrossEntropyBackward(const T* logits, const Target* targets,
                                                         const int* labels, const float* logSumExp,
                                                         T* dLogits, int n, float scale) {
  i64 row = blockIdx.x;
  bool wide = n % 8 == 0 && aligned(logits, targets, dLogits);
  if (labels[row] < 0) {
    return;
  }
  float whole = logSumExp[row];
  for (int c = threadIdx.x * 8; c < n; c += blockDim.x * 8) {
    float v[8];
    float share[8];
    float to[8];
    loadSome(logits + row * n + c, n - c, wide, v);
    loadSome(targets + row * n + c, n - c, wide, share);
    loadSome(dLogits + row * n + c, n - c, wide, to);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      to[j] = fmaf(expf(v[j] - whole) - share[j], scale, to[j]);
    }
    storeSome(dLogits + row * n + c, n - c, wide, to);
  }
}

}  // namespace

#define LOSS(suffix, T)                                                                           \
  KERNEL(cross_entropy_##suffix, 256, (const T* logits, const int* labels, float* loss,           \
                                       float* logSumExp, int rows, int n)) {                      \
    crossEntropy(logits, static_cast<const T*>(nullptr), labels, loss, logSumExp, n);             \
  }                                                                                               \
  KERNEL(cross_entropy_backward_##suffix, 256,                                                    \
         (const T* logits, const int* labels, const float* logSumExp, T* dLogits, int rows,       \
          int n, float scale, float zLoss)) {                                                     \
    crossEntropyBackward(logits, labels, logSumExp, dLogits, n, scale, zLoss);                    \
  }
LOSS(f32, float)
LOSS(bf16, bfloat16)

#define SOFT_LOSS(suffix, T, Target)                                                              \
  KERNEL(soft_cross_entropy_##suffix, 256,                                                        \
         (const T* logits, const Target* targets, const int* labels, float* loss,                 \
          float* logSumExp, int rows, int n)) {                                                   \
    crossEntropy(logits, targets, labels, loss, logSumExp, n);                                    \
  }                                                                                               \
  KERNEL(soft_cross_entropy_backward_##suffix, 256,                                               \
         (const T* logits, const Target* targets, const int* labels, const float* logSumExp,      \
          T* dLogits, int rows, int n, float scale)) {                                            \
    softCrossEntropyBackward(logits, targets, labels, logSumExp, dLogits, n, scale);              \
  }
SOFT_LOSS(f32, float, float)
SOFT_LOSS(bf16, bfloat16, bfloat16)
SOFT_LOSS(bf16_f32, bfloat16, float)
