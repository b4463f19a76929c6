// What all kernels share: the storage types, loads of 16 bytes, sums over a warp, and the random
// numbers of RandomKey. Needs no header of CUDA. With SWITCHYARD_EMULATION it is C++ for the
// processor.
//
// Conventions. Reals are stored as float or bfloat16 and computed in float. A row is the work of
// one warp where nothing else is said. Nothing depends on the order in which threads run: sums are
// taken in a fixed order, and only integers are added atomically. Grids may have any size in
// kernels that loop over elements.
#pragma once

#ifdef SWITCHYARD_EMULATION
#include "emulation.h"
#else
#define KERNEL(name, threads, parameters) \
  extern "C" __global__ void __launch_bounds__(threads) name parameters
#define SHARED(type, name, count) __shared__ __align__(16) type name[count]
#define DYNAMIC_SHARED(type, name)               \
  extern __shared__ __align__(16) char pool[];   \
  type* name = reinterpret_cast<type*>(pool)
#endif

typedef long long i64;
typedef unsigned long long u64;

#define ALL_LANES 0xffffffffu
#define INFINITE (__int_as_float(0x7f800000))

struct bfloat16 {
  unsigned short bits;
};

// ---- storage types ----

__device__ __forceinline__ float widened(float x) { return x; }
__device__ __forceinline__ double widened(double x) { return x; }
__device__ __forceinline__ int widened(int x) { return x; }
__device__ __forceinline__ float widened(bfloat16 x) {
  return __uint_as_float(static_cast<unsigned>(x.bits) << 16);
}

// The bits of the nearest bfloat16, ties to even; a NaN stays one.
__device__ __forceinline__ unsigned roundedBits(float x) {
  unsigned bits = __float_as_uint(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) {
    return bits >> 16 | 0x40u;
  }
  return (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
}

// Two in one word, the first in the lower half.
__device__ __forceinline__ unsigned packed(float low, float high) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  unsigned both;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
#else
  return roundedBits(low) | roundedBits(high) << 16;
#endif
}

__device__ __forceinline__ void store(float* at, float x) { *at = x; }
__device__ __forceinline__ void store(double* at, double x) { *at = x; }
__device__ __forceinline__ void store(int* at, int x) { *at = x; }
__device__ __forceinline__ void store(bfloat16* at, float x) {
  at->bits = static_cast<unsigned short>(roundedBits(x));
}

// What is left of a number that is stored as T.
template <class T>
__device__ __forceinline__ float rounded(float x);
template <>
__device__ __forceinline__ float rounded<float>(float x) {
  return x;
}
template <>
__device__ __forceinline__ float rounded<bfloat16>(float x) {
  return __uint_as_float(roundedBits(x) << 16);
}

// Eight numbers at an address of 16 bytes' alignment.
__device__ __forceinline__ void load8(const float* from, float (&x)[8]) {
  float4 a = reinterpret_cast<const float4*>(from)[0];
  float4 b = reinterpret_cast<const float4*>(from)[1];
  x[0] = a.x, x[1] = a.y, x[2] = a.z, x[3] = a.w;
  x[4] = b.x, x[5] = b.y, x[6] = b.z, x[7] = b.w;
}
__device__ __forceinline__ void unpack(unsigned both, float& low, float& high) {
  low = __uint_as_float(both << 16);
  high = __uint_as_float(both & 0xffff0000u);
}
__device__ __forceinline__ void load8(const bfloat16* from, float (&x)[8]) {
  uint4 a = *reinterpret_cast<const uint4*>(from);
  unpack(a.x, x[0], x[1]);
  unpack(a.y, x[2], x[3]);
  unpack(a.z, x[4], x[5]);
  unpack(a.w, x[6], x[7]);
}
__device__ __forceinline__ void store8(float* to, const float (&x)[8]) {
  reinterpret_cast<float4*>(to)[0] = float4{x[0], x[1], x[2], x[3]};
  reinterpret_cast<float4*>(to)[1] = float4{x[4], x[5], x[6], x[7]};
}
__device__ __forceinline__ void store8(bfloat16* to, const float (&x)[8]) {
  *reinterpret_cast<uint4*>(to) =
      uint4{packed(x[0], x[1]), packed(x[2], x[3]), packed(x[4], x[5]), packed(x[6], x[7])};
}

// The first `count` of eight numbers, all at once where that is possible (`wide`); zeros behind.
template <class T>
__device__ __forceinline__ void loadSome(const T* from, i64 count, bool wide, float (&x)[8]) {
  if (wide && count >= 8) {
    load8(from, x);
  } else {
#pragma unroll
    for (int j = 0; j < 8; j++) {
      x[j] = j < count ? widened(from[j]) : 0.0f;
    }
  }
}
template <class T>
__device__ __forceinline__ void storeSome(T* to, i64 count, bool wide, const float (&x)[8]) {
  if (wide && count >= 8) {
    store8(to, x);
  } else {
#pragma unroll
    for (int j = 0; j < 8; j++) {
      if (j < count) {
        store(to + j, x[j]);
      }
    }
  }
}

__device__ __forceinline__ bool aligned(const void* a) {
  return (reinterpret_cast<u64>(a) & 15) == 0;
}
template <class... More>
__device__ __forceinline__ bool aligned(const void* a, More... more) {
  return aligned(a) && aligned(more...);
}

// ---- threads ----

__device__ __forceinline__ int lane() { return static_cast<int>(threadIdx.x & 31); }
__device__ __forceinline__ int warp() { return static_cast<int>(threadIdx.x >> 5); }

// The row of this warp, where each warp has one.
__device__ __forceinline__ i64 rowOfWarp() {
  return static_cast<i64>(blockIdx.x) * (blockDim.x >> 5) + warp();
}
__device__ __forceinline__ i64 globalThread() {
  return static_cast<i64>(blockIdx.x) * blockDim.x + threadIdx.x;
}

// Sums and maxima over a warp, the same in every lane.
template <class N>
__device__ __forceinline__ N warpSum(N x) {
#pragma unroll
  for (int step = 16; step > 0; step >>= 1) {
    x += __shfl_xor_sync(ALL_LANES, x, step);
  }
  return x;
}
__device__ __forceinline__ float warpMax(float x) {
#pragma unroll
  for (int step = 16; step > 0; step >>= 1) {
    x = fmaxf(x, __shfl_xor_sync(ALL_LANES, x, step));
  }
  return x;
}

// The sum over a block of at most 1024 threads (whole warps), in every thread.
template <class N>
__device__ __forceinline__ N blockSum(N x) {
  SHARED(N, sums, 32);
  x = warpSum(x);
  __syncthreads();
  if (lane() == 0) {
    sums[warp()] = x;
  }
  __syncthreads();
  N sum = 0;
  for (int w = 0; w < static_cast<int>(blockDim.x >> 5); w++) {
    sum += sums[w];
  }
  return sum;
}

// The softmax of a row by a warp, in place or not; zeros where all is negative infinity.
template <class T>
__device__ __forceinline__ void softmaxOfRow(const T* logits, T* probabilities, int n,
                                             bool wide) {
  float largest = -INFINITE;
  for (int c = lane() * 8; c < n; c += 256) {
    float x[8];
    loadSome(logits + c, n - c, wide, x);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      largest = c + j < n ? fmaxf(largest, x[j]) : largest;
    }
  }
  largest = warpMax(largest);
  bool none = largest == -INFINITE;
  float sum = 0;
  for (int c = lane() * 8; c < n; c += 256) {
    float x[8];
    loadSome(logits + c, n - c, wide, x);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      sum += c + j < n ? expf(x[j] - largest) : 0.0f;
    }
  }
  float factor = 1.0f / warpSum(sum);
  for (int c = lane() * 8; c < n; c += 256) {
    float x[8];
    loadSome(logits + c, n - c, wide, x);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      x[j] = none ? 0.0f : expf(x[j] - largest) * factor;
    }
    storeSome(probabilities + c, n - c, wide, x);
  }
}

// Whether this block is the last of the grid to get here: what the others wrote before is seen.
__device__ __forceinline__ bool lastOfGrid(unsigned* ticket) {
  SHARED(unsigned, last, 1);
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) {
    unsigned blocks = gridDim.x * gridDim.y * gridDim.z;
    bool isLast = atomicAdd(ticket, 1u) == blocks - 1;
    if (isLast) {
      *ticket = 0;
    }
    last[0] = isLast ? 1u : 0u;
  }
  __syncthreads();
  __threadfence();
  return last[0] != 0;
}

// The first of n things that part `part` of `parts` has.
__device__ __forceinline__ i64 partStart(i64 n, int parts, int part) { return n * part / parts; }

// ---- random numbers ----

__device__ __forceinline__ u64 mixed(u64 z) {
  z += 0x9E3779B97F4A7C15ull;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ z >> 27) * 0x94D049BB133111EBull;
  return z ^ z >> 31;
}

// The stream of a key: given, or from the step's word in memory and the site.
__device__ __forceinline__ u64 streamOf(u64 streamOrSite, const u64* key) {
  return key == nullptr ? streamOrSite : mixed(*key ^ streamOrSite);
}

// The 24 random bits of an element.
__device__ __forceinline__ int randomBits(u64 stream, i64 index) {
  return static_cast<int>(mixed(stream + static_cast<u64>(index + 1) * 0x9E3779B97F4A7C15ull) >> 40);
}

// Which elements dropout leaves.
struct Dropout {
  u64 stream;
  i64 origin;
  int threshold;
  float factor;

  __device__ __forceinline__ float operator()(i64 index, float x) const {
    return randomBits(stream, origin + index) >= threshold ? x * factor : 0.0f;
  }
};
