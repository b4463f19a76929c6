// What is done element by element: eight at a time.
#include "kernels.cuh"

namespace {

template <class Body>
__device__ __forceinline__ void overEights(i64 n, Body body) {
  i64 stride = static_cast<i64>(gridDim.x) * blockDim.x * 8;
  for (i64 i = globalThread() * 8; i < n; i += stride) {
    body(i, n - i);
  }
}

template <class X, class O, class F>
__device__ __forceinline__ void map(const X* x, O* out, i64 n, F f) {
  bool wide = aligned(x, out);
  overEights(n, [&](i64 i, i64 count) {
    float a[8];
    loadSome(x + i, count, wide, a);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      a[j] = f(i + j, a[j]);
    }
    storeSome(out + i, count, wide, a);
  });
}

template <class X, class Y, class O, class F>
__device__ __forceinline__ void map(const X* x, const Y* y, O* out, i64 n, F f) {
  bool wide = aligned(x, y, out);
  overEights(n, [&](i64 i, i64 count) {
    float a[8];
    float b[8];
    loadSome(x + i, count, wide, a);
    loadSome(y + i, count, wide, b);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      a[j] = f(i + j, a[j], b[j]);
    }
    storeSome(out + i, count, wide, a);
  });
}

// gelu(a) in its tanh form is a s, s the logistic function of 2 sqrt(2/pi) (a + 0.044715 a^3).
constexpr float LINEAR = 1.5957691216057308f;
constexpr float CUBIC = 0.07135481627460025f;

__device__ __forceinline__ float logistic(float a) {
  float minus = fmaf(a * a, -CUBIC, -LINEAR) * a;
  return 1.0f / (expf(fminf(minus, 88.0f)) + 1.0f);
}

template <class T>
__device__ __forceinline__ void gegluBackward(
    const T* a, const T* b, const T* dOut, T* dA, T* dB, i64 n) {
  bool wide = aligned(a, b, dOut, dA, dB);
  overEights(n, [&](i64 i, i64 count) {
    float as[8];
    float bs[8];
    float ds[8];
    loadSome(a + i, count, wide, as);
    loadSome(b + i, count, wide, bs);
    loadSome(dOut + i, count, wide, ds);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      float s = logistic(as[j]);
      float inner = fmaf(as[j] * as[j], 3 * CUBIC, LINEAR) * as[j];
      bs[j] = ds[j] * bs[j] * fmaf(s - s * s, inner, s);
      as[j] = ds[j] * (as[j] * s);
    }
    storeSome(dA + i, count, wide, bs);
    storeSome(dB + i, count, wide, as);
  });
}

// The sum of the same element of several buffers, in their order, into several others, which may be
// the same ones.
template <class R, class Sum>
__device__ __forceinline__ void orderedSum(const R* const* from, int fromCount, R* const* to,
                                           int toCount, i64 n) {
  i64 stride = static_cast<i64>(gridDim.x) * blockDim.x;
  for (i64 i = globalThread(); i < n; i += stride) {
    Sum sum = widened(from[0][i]);
    for (int b = 1; b < fromCount; b++) {
      sum += widened(from[b][i]);
    }
    for (int b = 0; b < toCount; b++) {
      store(to[b] + i, sum);
    }
  }
}

// -log(-log u), u half a step above the number, so that the logarithm is finite.
__device__ __forceinline__ double gumbel(u64 stream, i64 index) {
  double u = randomBits(stream, index) * 0x1.0p-24 + 0x1.0p-25;
  return -log(-log(u));
}

}  // namespace

KERNEL(convert_f32_bf16, 256, (const float* from, bfloat16* to, i64 n)) {
  map(from, to, n, [](i64, float x) { return x; });
}
KERNEL(convert_bf16_f32, 256, (const bfloat16* from, float* to, i64 n)) {
  map(from, to, n, [](i64, float x) { return x; });
}

#define ADD(suffix, From, To)                                                   \
  KERNEL(add_##suffix, 256, (const From* from, To* to, i64 n)) {                \
    map(from, to, to, n, [](i64, float x, float y) { return y + x; });          \
  }
ADD(f32, float, float)
ADD(bf16, bfloat16, bfloat16)
ADD(f32_bf16, float, bfloat16)
ADD(bf16_f32, bfloat16, float)

#define JITTER(suffix, X, O)                                                                      \
  KERNEL(jitter_##suffix, 256, (const X* x, O* out, i64 n, u64 stream, i64 origin,                \
                                const u64* key, float lowest, float range)) {                     \
    u64 own = streamOf(stream, key);                                                              \
    map(x, out, n, [=](i64 i, float v) {                                                          \
      return v * fmaf(static_cast<float>(randomBits(own, origin + i)), range, lowest);            \
    });                                                                                           \
  }
JITTER(f32, float, float)
JITTER(bf16, bfloat16, bfloat16)
JITTER(bf16_f32, bfloat16, float)

#define ADD_TO_ROWS(suffix, T, R)                                                                 \
  KERNEL(add_to_rows_##suffix, 256, (const T* x, const R* row, T* out, i64 n, int width)) {       \
    map(x, out, n, [=](i64 i, float v) {                                                          \
      return i < n ? v + widened(row[static_cast<int>(i % width)]) : 0.0f;                        \
    });                                                                                           \
  }
ADD_TO_ROWS(f32, float, float)
ADD_TO_ROWS(bf16, bfloat16, bfloat16)
ADD_TO_ROWS(bf16_f32, bfloat16, float)

#define ELEMENTS(suffix, T)                                                                       \
  KERNEL(scale_##suffix, 256, (T* x, float factor, i64 n)) {                                      \
    map(x, x, n, [=](i64, float v) { return v * factor; });                                       \
  }                                                                                               \
  KERNEL(relu_##suffix, 256, (const T* x, T* out, i64 n)) {                                       \
    map(x, out, n, [](i64, float v) { return v < 0 ? 0.0f : v; });                                \
  }                                                                                               \
  KERNEL(relu_backward_##suffix, 256, (const T* y, const T* dOut, T* dX, i64 n)) {                \
    map(y, dOut, dX, n, [](i64, float v, float d) { return v > 0 ? d : 0.0f; });                  \
  }                                                                                               \
  KERNEL(geglu_##suffix, 256, (const T* a, const T* b, T* out, i64 n)) {                          \
    map(a, b, out, n, [](i64, float x, float y) { return x * logistic(x) * y; });                 \
  }                                                                                               \
  KERNEL(geglu_backward_##suffix, 256,                                                            \
         (const T* a, const T* b, const T* dOut, T* dA, T* dB, i64 n)) {                          \
    gegluBackward(a, b, dOut, dA, dB, n);                                                         \
  }                                                                                               \
  KERNEL(dropout_##suffix, 256, (const T* x, T* out, i64 n, u64 stream, i64 origin,               \
                                 const u64* key, int threshold, float factor)) {                  \
    Dropout drop{streamOf(stream, key), origin, threshold, factor};                               \
    map(x, out, n, drop);                                                                         \
  }                                                                                               \
  KERNEL(relu_dropout_##suffix, 256, (const T* x, T* out, i64 n, u64 stream, i64 origin,          \
                                      const u64* key, int threshold, float factor)) {             \
    Dropout drop{streamOf(stream, key), origin, threshold, factor};                               \
    map(x, out, n, [=](i64 i, float v) { return drop(i, v < 0 ? 0.0f : v); });                    \
  }                                                                                               \
  KERNEL(relu_dropout_backward_##suffix, 256,                                                     \
         (const T* y, const T* dOut, T* dX, i64 n, u64 stream, i64 origin, const u64* key,        \
          int threshold, float factor)) {                                                         \
    Dropout drop{streamOf(stream, key), origin, threshold, factor};                               \
    map(y, dOut, dX, n, [=](i64 i, float v, float d) { return v > 0 ? drop(i, d) : 0.0f; });      \
  }                                                                                               \
  KERNEL(geglu_dropout_##suffix, 256,                                                             \
         (const T* a, const T* b, T* out, i64 n, u64 stream, i64 origin, const u64* key,          \
          int threshold, float factor)) {                                                         \
    Dropout drop{streamOf(stream, key), origin, threshold, factor};                               \
    map(a, b, out, n, [=](i64 i, float x, float y) {                                              \
      return drop(i, rounded<T>(x * logistic(x) * y));                                            \
    });                                                                                           \
  }                                                                                               \
  KERNEL(dropout_add_##suffix, 256, (const T* from, T* to, i64 n, u64 stream, i64 origin,         \
                                     const u64* key, int threshold, float factor)) {              \
    Dropout drop{streamOf(stream, key), origin, threshold, factor};                               \
    map(from, to, to, n, [=](i64 i, float v, float t) { return rounded<T>(drop(i, t)) + v; });    \
  }                                                                                               \
  KERNEL(add_gumbel_##suffix, 256,                                                                \
         (const T* logits, T* out, i64 n, u64 stream, i64 origin, const u64* key)) {              \
    u64 own = streamOf(stream, key);                                                              \
    map(logits, out, n, [=](i64 i, float v) {                                                     \
      return static_cast<float>(v + gumbel(own, origin + i));                                     \
    });                                                                                           \
  }
ELEMENTS(f32, float)
ELEMENTS(bf16, bfloat16)

#define ORDERED_SUM(suffix, R, Sum)                                                               \
  KERNEL(ordered_sum_##suffix, 256,                                                               \
         (const R* const* from, int fromCount, R* const* to, int toCount, i64 n)) {               \
    orderedSum<R, Sum>(from, fromCount, to, toCount, n);                                          \
  }
ORDERED_SUM(f32, float, float)
ORDERED_SUM(bf16, bfloat16, float)
ORDERED_SUM(f64, double, double)
ORDERED_SUM(i32, int, int)
