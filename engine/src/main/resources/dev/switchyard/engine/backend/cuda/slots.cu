// Tokens to the experts' slots and back: a warp for each row.
#include "kernels.cuh"

namespace {

template <class A>
__device__ __forceinline__ void dispatch(const A* x, const int* slotChoice, A* out, int slots,
                                         int d, int choices) {
  i64 s = rowOfWarp();
  if (s >= slots) {
    return;
  }
  int choice = slotChoice[s];
  bool wide = d % 8 == 0 && aligned(x, out);
  const A* row = x + static_cast<i64>(choice < 0 ? 0 : choice / choices) * d;
  for (int c = lane() * 8; c < d; c += 256) {
    float v[8] = {};
    if (choice >= 0) {
      loadSome(row + c, d - c, wide, v);
    }
    storeSome(out + s * d + c, d - c, wide, v);
  }
}

template <class A>
__device__ __forceinline__ void dispatchBackward(const A* dDispatched, const int* slot, A* dX,
                                                 int tokens, int d, int k) {
  i64 t = rowOfWarp();
  if (t >= tokens) {
    return;
  }
  bool wide = d % 8 == 0 && aligned(dDispatched, dX);
  for (int c = lane() * 8; c < d; c += 256) {
    float sum[8];
    loadSome(dX + t * d + c, d - c, wide, sum);
    for (int j = 0; j < k; j++) {
      int s = slot[t * k + j];
      if (s >= 0) {
        float more[8];
        loadSome(dDispatched + static_cast<i64>(s) * d + c, d - c, wide, more);
#pragma unroll
        for (int i = 0; i < 8; i++) {
          sum[i] += more[i];
        }
      }
    }
    storeSome(dX + t * d + c, d - c, wide, sum);
  }
}

template <class A, class G>
__device__ __forceinline__ void combine(const A* expertOut, const int* slot, const G* gate, A* out,
                                        int tokens, int d, int k) {
  i64 t = rowOfWarp();
  if (t >= tokens) {
    return;
  }
  bool wide = d % 8 == 0 && aligned(expertOut, out);
  for (int c = lane() * 8; c < d; c += 256) {
    float sum[8] = {};
    for (int j = 0; j < k; j++) {
      int s = slot[t * k + j];
      if (s >= 0) {
        float factor = widened(gate[t * k + j]);
        float more[8];
        loadSome(expertOut + static_cast<i64>(s) * d + c, d - c, wide, more);
#pragma unroll
        for (int i = 0; i < 8; i++) {
          sum[i] = fmaf(more[i], factor, sum[i]);
        }
      }
    }
    storeSome(out + t * d + c, d - c, wide, sum);
  }
}

template <class A>
__device__ __forceinline__ float product(const A* a, const A* b, int d, bool wide) {
  float sum = 0;
  for (int c = lane() * 8; c < d; c += 256) {
    float x[8];
    float y[8];
    loadSome(a + c, d - c, wide, x);
    loadSome(b + c, d - c, wide, y);
#pragma unroll
    for (int i = 0; i < 8; i++) {
      sum = fmaf(x[i], y[i], sum);
    }
  }
  return warpSum(sum);
}

// The first warps have a slot each: what they read serves both gradients. The others see to the
// choices that have no slot (or whose slot is another's).
template <class A, class G>
__device__ __forceinline__ void combineBackward(const A* dOut, const A* expertOut, const int* slot,
                                                const int* slotChoice, const G* gate,
                                                A* dExpertOut, G* dGate, int slots, int choices,
                                                int d, int k) {
  bool wide = d % 8 == 0 && aligned(dOut, expertOut, dExpertOut);
  i64 forSlots = (static_cast<i64>(slots) + 7) / 8 * 8;
  i64 own = rowOfWarp();
  if (own >= forSlots) {
    i64 choice = own - forSlots;
    if (choice >= choices) {
      return;
    }
    int s = slot[choice];
    if (s >= 0 && slotChoice[s] == choice) {
      return;
    }
    float sum = s < 0 ? 0.0f
                      : product(dOut + choice / k * d, expertOut + static_cast<i64>(s) * d, d, wide);
    if (lane() == 0) {
      store(dGate + choice, sum);
    }
    return;
  }
  if (own >= slots) {
    return;
  }
  int choice = slotChoice[own];
  bool served = choice >= 0;
  bool both = served && slot[choice] == own;
  float factor = served ? widened(gate[choice]) : 0.0f;
  const A* from = dOut + static_cast<i64>(served ? choice / k : 0) * d;
  float sum = 0;
  for (int c = lane() * 8; c < d; c += 256) {
    float x[8] = {};
    float scaled[8];
    if (served) {
      loadSome(from + c, d - c, wide, x);
    }
    if (both) {
      float y[8];
      loadSome(expertOut + own * d + c, d - c, wide, y);
#pragma unroll
      for (int i = 0; i < 8; i++) {
        sum = fmaf(x[i], y[i], sum);
      }
    }
#pragma unroll
    for (int i = 0; i < 8; i++) {
      scaled[i] = served ? x[i] * factor : 0.0f;
    }
    storeSome(dExpertOut + own * d + c, d - c, wide, scaled);
  }
  sum = warpSum(sum);
  if (both && lane() == 0) {
    store(dGate + choice, sum);
  }
}

}  // namespace

#define SLOTS(suffix, A)                                                                         \
  KERNEL(dispatch_##suffix, 256,                                                                 \
         (const A* x, const int* slotChoice, A* out, int slots, int d, int choices)) {           \
    dispatch(x, slotChoice, out, slots, d, choices);                                             \
  }                                                                                              \
  KERNEL(dispatch_backward_##suffix, 256,                                                        \
         (const A* dDispatched, const int* slot, A* dX, int tokens, int d, int k)) {             \
    dispatchBackward(dDispatched, slot, dX, tokens, d, k);                                       \
  }
SLOTS(f32, float)
SLOTS(bf16, bfloat16)

#define GATED(suffix, A, G)                                                                      \
  KERNEL(combine_##suffix, 256,                                                                  \
         (const A* expertOut, const int* slot, const G* gate, A* out, int tokens, int d,         \
          int k)) {                                                                              \
    combine(expertOut, slot, gate, out, tokens, d, k);                                           \
  }                                                                                              \
  KERNEL(combine_backward_##suffix, 256,                                                         \
         (const A* dOut, const A* expertOut, const int* slot, const int* slotChoice,             \
          const G* gate, A* dExpertOut, G* dGate, int slots, int choices, int d, int k)) {       \
    combineBackward(dOut, expertOut, slot, slotChoice, gate, dExpertOut, dGate, slots, choices,  \
                    d, k);                                                                       \
  }
GATED(f32_f32, float, float)
GATED(bf16_f32, bfloat16, float)
GATED(bf16_bf16, bfloat16, bfloat16)
