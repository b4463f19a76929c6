// Figures of whole tensors, in double: a block a stretch, and the last block over all in order.
#include "kernels.cuh"

namespace {

// What one element adds.
struct Itself {
  __device__ __forceinline__ double operator()(float x) const { return x; }
};
struct Square {
  __device__ __forceinline__ double operator()(float x) const {
    return static_cast<double>(x) * x;
  }
};
struct NotFinite {
  __device__ __forceinline__ double operator()(float x) const {
    return (__float_as_uint(x) & 0x7f800000u) == 0x7f800000u ? 1.0 : 0.0;
  }
};

template <class T, class F>
__device__ __forceinline__ double sumOf(const T* x, i64 first, i64 last, F f) {
  bool wide = aligned(x + first);
  double sum = 0;
  for (i64 i = first + threadIdx.x * 8; i < last; i += blockDim.x * 8) {
    float v[8];
    loadSome(x + i, last - i, wide, v);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      sum += f(v[j]);  // zeros behind the last add nothing
    }
  }
  return blockSum(sum);
}

__device__ __forceinline__ void finish(double own, double* partials, unsigned* ticket,
                                       double* result) {
  if (threadIdx.x == 0) {
    partials[blockIdx.x] = own;
  }
  if (lastOfGrid(ticket)) {
    double sum = 0;
    for (int i = threadIdx.x; i < static_cast<int>(gridDim.x); i += blockDim.x) {
      sum += partials[i];
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
      *result = sum;
    }
  }
}

// A stretch starts at a multiple of eight elements.
__device__ __forceinline__ i64 stretchStart(i64 n, unsigned part) {
  return part == gridDim.x ? n : partStart(n, static_cast<int>(gridDim.x), part) & ~i64{7};
}

template <class T, class F>
__device__ __forceinline__ void sumOfTensor(const T* x, i64 n, double* partials, unsigned* ticket,
                                            double* result, F f) {
  i64 first = stretchStart(n, blockIdx.x);
  i64 last = stretchStart(n, blockIdx.x + 1);
  finish(sumOf(x, first, last, f), partials, ticket, result);
}

}  // namespace

#define FIGURE(name, suffix, T, F)                                                              \
  KERNEL(name##_##suffix, 256,                                                                  \
         (const T* x, i64 n, double* partials, unsigned* ticket, double* result)) {             \
    sumOfTensor(x, n, partials, ticket, result, F{});                                           \
  }
FIGURE(sum, f32, float, Itself)
FIGURE(sum, bf16, bfloat16, Itself)
FIGURE(sum_of_squares, f32, float, Square)
FIGURE(sum_of_squares, bf16, bfloat16, Square)
FIGURE(count_not_finite, f32, float, NotFinite)
FIGURE(count_not_finite, bf16, bfloat16, NotFinite)

// Integers are summed as such; the partial sums are kept in the same memory.
KERNEL(sum_i32, 256,
       (const int* x, i64 n, double* partials, unsigned* ticket, double* result)) {
  i64* sums = reinterpret_cast<i64*>(partials);
  i64 sum = 0;
  i64 last = stretchStart(n, blockIdx.x + 1);
  for (i64 i = stretchStart(n, blockIdx.x) + threadIdx.x; i < last; i += blockDim.x) {
    sum += x[i];
  }
  sum = blockSum(sum);
  if (threadIdx.x == 0) {
    sums[blockIdx.x] = sum;
  }
  if (lastOfGrid(ticket) && threadIdx.x == 0) {
    i64 whole = 0;
    for (unsigned i = 0; i < gridDim.x; i++) {
      whole += sums[i];
    }
    *result = static_cast<double>(whole);
  }
}
