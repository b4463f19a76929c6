// The router: who is asked, what the losses and people want to know, and the gradient of its
// logits. R is the type of what the router computes.
#include "kernels.cuh"

namespace {

// An element and where it is; none: -1.
struct Best {
  float value;
  int index;
};

// The element that comes after the last one in falling order (the lowest index where equal), or -1;
// the first of all after an infinite value at -1. What is not a number is passed over.
template <class R>
__device__ __forceinline__ Best nextBest(const R* x, int n, Best last) {
  Best best{0, -1};
  for (int i = lane(); i < n; i += 32) {
    float v = widened(x[i]);
    bool later = v < last.value || (v == last.value && i > last.index);
    if (later && (best.index < 0 || v > best.value)) {
      best = {v, i};
    }
  }
#pragma unroll
  for (int step = 16; step > 0; step >>= 1) {
    float v = __shfl_xor_sync(ALL_LANES, best.value, step);
    int i = __shfl_xor_sync(ALL_LANES, best.index, step);
    bool better = best.index < 0 || v > best.value || (v == best.value && i < best.index);
    if (i >= 0 && better) {
      best = {v, i};
    }
  }
  return best;
}

template <class R>
__device__ __forceinline__ void choose(const R* scores, const R* probabilities, bool routed,
                                       int* expert, R* probability, int experts, int k) {
  Best last{INFINITE, -1};
  for (int j = 0; j < k; j++) {
    if (routed) {
      Best next = nextBest(scores, experts, last);
      if (next.index < 0) {
        next.index = (last.index + 1) % experts;  // only where some are not a number
        next.value = widened(scores[next.index]);
      }
      last = next;
    }
    if (lane() == 0) {
      expert[j] = routed ? last.index : -1;
      store(probability + j, routed ? widened(probabilities[last.index]) : 0.0f);
    }
  }
}

template <class R>
__device__ __forceinline__ float gateSum(const R* probability, int k) {
  float sum = 1e-9f;
  for (int j = 0; j < k; j++) {
    sum += widened(probability[j]);
  }
  return sum;
}

// For each expert the sum over the tokens from `first` to `last` of what f gives: a lane has an
// expert, a warp every eighth token.
template <class F>
__device__ __forceinline__ void sumOverTokens(i64 first, i64 last, int experts, double* partial,
                                              F f) {
  SHARED(double, sums, 256);
  for (int base = 0; base < experts; base += 32) {
    int e = base + lane();
    double sum = 0;
    if (e < experts) {
#pragma unroll 4
      for (i64 t = first + warp(); t < last; t += 8) {
        sum += f(t, e);
      }
    }
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (warp() == 0 && e < experts) {
      double whole = 0;
      for (int w = 0; w < 8; w++) {
        whole += sums[w * 32 + lane()];
      }
      partial[e] = whole;
    }
    __syncthreads();
  }
}

// Adds up partial sums [groups, parts, width] in order: out(group, column, sum), a warp each.
template <class Out>
__device__ __forceinline__ void finish(const double* partials, int groups, int parts, int width,
                                       Out out) {
  for (int i = warp(); i < groups * width; i += static_cast<int>(blockDim.x >> 5)) {
    int group = i / width;
    int column = i % width;
    double sum = 0;
    for (int part = lane(); part < parts; part += 32) {
      sum += partials[(static_cast<i64>(group) * parts + part) * width + column];
    }
    sum = warpSum(sum);
    if (lane() == 0) {
      out(group, column, sum);
    }
  }
}

__device__ __forceinline__ bool counts(const int* mask, i64 t) {
  return mask == nullptr || mask[t] != 0;
}

template <class R>
__device__ __forceinline__ float largestOf(const R* x, int n) {
  float largest = -INFINITE;
  for (int i = lane(); i < n; i += 32) {
    largest = fmaxf(largest, widened(x[i]));
  }
  return warpMax(largest);
}

template <class R>
__device__ __forceinline__ float sumOfExp(const R* x, int n, float shift) {
  float sum = 0;
  for (int i = lane(); i < n; i += 32) {
    sum += expf(widened(x[i]) - shift);
  }
  return warpSum(sum);
}

// Entropy, squared log-sum-exp and largest probability of tokens, a warp each; their sums over the
// block at `partial`.
template <class R>
__device__ __forceinline__ void sumFigures(const R* logits, const R* p, const int* mask, i64 first,
                                           i64 last, int experts, double* partial) {
  double entropy = 0;
  double squares = 0;
  double confidence = 0;
  for (i64 t = first + warp(); t < last; t += 8) {
    if (!counts(mask, t)) {
      continue;
    }
    const R* x = logits + t * experts;
    const R* share = p + t * experts;
    float largest = largestOf(x, experts);
    double above = log(static_cast<double>(sumOfExp(x, experts, largest)));
    // -log p = (logSumExp - max) - (logit - max): nothing cancels.
    float sum = 0;
    for (int i = lane(); i < experts; i += 32) {
      sum += widened(share[i]) * (static_cast<float>(above) - (widened(x[i]) - largest));
    }
    entropy += warpSum(sum);
    squares += (largest + above) * (largest + above);
    confidence += largestOf(share, experts);
  }
  // Every lane of a warp has the same.
  bool one = lane() == 0;
  entropy = blockSum(one ? entropy : 0.0);
  squares = blockSum(one ? squares : 0.0);
  confidence = blockSum(one ? confidence : 0.0);
  if (threadIdx.x == 0) {
    partial[0] = entropy;
    partial[1] = squares;
    partial[2] = confidence;
  }
}

// Against whom a token's expert must win to be among the top: the last of them for one outside, the
// best of the others for one inside.
struct Thresholds {
  Best last;
  Best next;

  __device__ __forceinline__ bool inside(float x, int e) const {
    return x > last.value || (x == last.value && e <= last.index);
  }
  __device__ __forceinline__ double above(float x, int e) const {
    return static_cast<double>(x) - (inside(x, e) ? next.value : last.value);
  }
};

template <class R>
__device__ __forceinline__ Thresholds thresholdsOf(const R* logits, int experts, int top) {
  Thresholds found;
  found.last = {INFINITE, -1};
  for (int j = 0; j < top; j++) {
    found.last = nextBest(logits, experts, found.last);
  }
  found.next = nextBest(logits, experts, found.last);
  return found;
}

constexpr int TOKENS = 128;

template <class R>
__device__ __forceinline__ void expectedLoad(const R* logits, const int* mask, float* out,
                                             double* partials, unsigned* ticket, int groups,
                                             int groupSize, int experts, int top, double noise) {
  SHARED(Thresholds, thresholds, TOKENS);
  int parts = static_cast<int>(gridDim.x);
  int group = static_cast<int>(blockIdx.y);
  i64 start = static_cast<i64>(group) * groupSize;
  i64 first = start + partStart(groupSize, parts, blockIdx.x);
  i64 last = start + partStart(groupSize, parts, blockIdx.x + 1);
  double* partial = partials + (static_cast<i64>(group) * parts + blockIdx.x) * experts;
  SHARED(double, sums, 256);
  for (int base = 0; base < experts; base += 32) {
    int e = base + lane();
    double sum = 0;
    for (i64 low = first; low < last; low += TOKENS) {
      i64 high = min(low + TOKENS, last);
      for (i64 t = low + warp(); t < high && top < experts; t += 8) {
        Thresholds own = thresholdsOf(logits + t * experts, experts, top);
        if (lane() == 0) {
          thresholds[t - low] = own;
        }
      }
      __syncthreads();
      for (i64 t = low + warp(); t < high && e < experts; t += 8) {
        if (counts(mask, t)) {
          double more = 1;
          if (top < experts) {
            double above = thresholds[t - low].above(widened(logits[t * experts + e]), e);
            more = 0.5 * erfc(-above / noise * 0.70710678118654752440);
          }
          sum += more;
        }
      }
      __syncthreads();
    }
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (warp() == 0 && e < experts) {
      double whole = 0;
      for (int w = 0; w < 8; w++) {
        whole += sums[w * 32 + lane()];
      }
      partial[e] = whole;
    }
    __syncthreads();
  }
  if (lastOfGrid(ticket)) {
    finish(partials, groups, parts, experts, [&](int g, int e, double sum) {
      out[static_cast<i64>(g) * experts + e] = static_cast<float>(sum);
    });
  }
}

template <class R>
__device__ __forceinline__ void expectedLoadBackward(const R* logits, const int* mask,
                                                     const float* dLoad, R* dLogits, int groups,
                                                     int groupSize, int experts, int top,
                                                     double noise) {
  i64 t = rowOfWarp();
  if (t >= static_cast<i64>(groups) * groupSize || top >= experts || !counts(mask, t)) {
    return;
  }
  const R* x = logits + t * experts;
  const float* slopes = dLoad + t / groupSize * experts;
  Thresholds found = thresholdsOf(x, experts, top);
  // What those inside win they win from the next one, what those outside win from the last.
  double ofInside = 0;
  double ofOutside = 0;
  for (int e = lane(); e < experts; e += 32) {
    float v = widened(x[e]);
    double z = found.above(v, e) / noise;
    double slope = exp(-z * z / 2) * 0.39894228040143267794 / noise * slopes[e];
    ofInside += found.inside(v, e) ? slope : 0.0;
    ofOutside += found.inside(v, e) ? 0.0 : slope;
  }
  ofInside = warpSum(ofInside);
  ofOutside = warpSum(ofOutside);
  for (int e = lane(); e < experts; e += 32) {
    float v = widened(x[e]);
    double z = found.above(v, e) / noise;
    double slope = exp(-z * z / 2) * 0.39894228040143267794 / noise * slopes[e];
    slope -= e == found.next.index ? ofInside : 0.0;
    slope -= e == found.last.index ? ofOutside : 0.0;
    R* to = dLogits + t * experts + e;
    store(to, static_cast<float>(widened(*to) + slope));
  }
}

template <class R>
__device__ __forceinline__ void routerBackward(const R* logits, const R* probabilities,
                                               const int* expert, const R* dProbability,
                                               const float* slope, const int* mask, R* dLogits,
                                               int tokens, int groupSize, int experts, int k,
                                               float zLoss) {
  i64 t = rowOfWarp();
  if (t >= tokens) {
    return;
  }
  R* d = dLogits + t * experts;
  if (!counts(mask, t)) {
    for (int i = lane(); i < experts; i += 32) {
      store(d + i, 0.0f);
    }
    return;
  }
  const R* p = probabilities + t * experts;
  const float* slopes = slope + t / groupSize * experts;
  float z = 0;
  if (zLoss != 0) {
    const R* x = logits + t * experts;
    float largest = largestOf(x, experts);
    z = zLoss * (largest + logf(sumOfExp(x, experts, largest)));
  }
  float mean = 0;
  for (int i = lane(); i < experts; i += 32) {
    mean = fmaf(widened(p[i]), slopes[i], mean);
  }
  mean = warpSum(mean);
  for (int j = 0; j < k; j++) {
    int e = expert[t * k + j];
    mean += e < 0 || e >= experts ? 0.0f : widened(p[e]) * widened(dProbability[t * k + j]);
  }
  float shift = z - mean;
  for (int i = lane(); i < experts; i += 32) {
    float own = widened(p[i]);
    float sum = own * (slopes[i] + shift);
    for (int j = 0; j < k; j++) {
      sum += expert[t * k + j] == i ? own * widened(dProbability[t * k + j]) : 0.0f;
    }
    store(d + i, sum);
  }
}

}  // namespace

#define ROUTING(suffix, R)                                                                         \
  KERNEL(choose_experts_##suffix, 256,                                                             \
         (const R* scores, const R* probabilities, const int* mask, int* expert, R* probability,   \
          int tokens, int experts, int k)) {                                                       \
    i64 t = rowOfWarp();                                                                           \
    if (t < tokens) {                                                                              \
      choose(scores + t * experts, probabilities + t * experts, counts(mask, t), expert + t * k,   \
             probability + t * k, experts, k);                                                     \
    }                                                                                              \
  }                                                                                                \
  KERNEL(route_##suffix, 256,                                                                      \
         (const R* logits, R* p, const int* mask, int* expert, R* probability, int tokens,         \
          int experts, int k)) {                                                                   \
    i64 t = rowOfWarp();                                                                           \
    if (t < tokens) {                                                                              \
      bool wide = experts % 8 == 0 && aligned(logits, p);                                          \
      softmaxOfRow(logits + t * experts, p + t * experts, experts, wide);                          \
      __syncwarp();                                                                                \
      choose(p + t * experts, p + t * experts, counts(mask, t), expert + t * k,                    \
             probability + t * k, experts, k);                                                     \
    }                                                                                              \
  }                                                                                                \
  KERNEL(normalise_gates_##suffix, 256, (const R* probability, R* gate, int tokens, int k)) {      \
    i64 t = globalThread();                                                                        \
    if (t < tokens) {                                                                              \
      float sum = gateSum(probability + t * k, k);                                                 \
      for (i64 i = t * k; i < (t + 1) * k; i++) {                                                  \
        store(gate + i, widened(probability[i]) / sum);                                            \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
  KERNEL(normalise_gates_backward_##suffix, 256,                                                   \
         (const R* probability, const R* gate, R* dGate, int tokens, int k)) {                     \
    i64 t = globalThread();                                                                        \
    if (t < tokens) {                                                                              \
      float sum = gateSum(probability + t * k, k);                                                 \
      float mean = 0;                                                                              \
      for (i64 i = t * k; i < (t + 1) * k; i++) {                                                  \
        mean += widened(gate[i]) * widened(dGate[i]);                                              \
      }                                                                                            \
      for (i64 i = t * k; i < (t + 1) * k; i++) {                                                  \
        store(dGate + i, (widened(dGate[i]) - mean) / sum);                                        \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
  KERNEL(ask_second_##suffix, 256, (const R* gate, int* asks, int tokens, double threshold,        \
                                    u64 stream, i64 origin, const u64* key)) {                     \
    i64 t = globalThread();                                                                        \
    if (t < tokens) {                                                                              \
      double chance = randomBits(streamOf(stream, key), origin + t) * 0x1.0p-24;                   \
      asks[2 * t] = 1;                                                                             \
      asks[2 * t + 1] = chance < widened(gate[2 * t + 1]) / threshold ? 1 : 0;                     \
    }                                                                                              \
  }                                                                                                \
  KERNEL(sum_probabilities_##suffix, 256,                                                          \
         (const R* p, const int* mask, float* out, double* partials, unsigned* ticket, int groups, \
          int groupSize, int experts)) {                                                           \
    int parts = static_cast<int>(gridDim.x);                                                       \
    i64 start = static_cast<i64>(blockIdx.y) * groupSize;                                          \
    sumOverTokens(start + partStart(groupSize, parts, blockIdx.x),                                 \
                  start + partStart(groupSize, parts, blockIdx.x + 1), experts,                    \
                  partials + (static_cast<i64>(blockIdx.y) * parts + blockIdx.x) * experts,        \
                  [&](i64 t, int e) {                                                              \
                    return counts(mask, t) ? widened(p[t * experts + e]) : 0.0f;                   \
                  });                                                                              \
    if (lastOfGrid(ticket)) {                                                                      \
      finish(partials, groups, parts, experts, [&](int g, int e, double sum) {                     \
        out[static_cast<i64>(g) * experts + e] = static_cast<float>(sum);                          \
      });                                                                                          \
    }                                                                                              \
  }                                                                                                \
  KERNEL(router_figures_##suffix, 256,                                                             \
         (const R* logits, const R* p, const int* mask, float* out, double* partials,              \
          unsigned* ticket, int tokens, int experts)) {                                            \
    int parts = static_cast<int>(gridDim.x);                                                       \
    sumFigures(logits, p, mask, partStart(tokens, parts, blockIdx.x),                              \
               partStart(tokens, parts, blockIdx.x + 1), experts, partials + 3 * blockIdx.x);      \
    if (lastOfGrid(ticket)) {                                                                      \
      finish(partials, 1, parts, 3,                                                                \
             [&](int, int i, double sum) { out[i] = static_cast<float>(sum); });                   \
    }                                                                                              \
  }                                                                                                \
  KERNEL(router_summary_##suffix, 256,                                                             \
         (const R* logits, const R* p, const int* mask, float* sums, float* figures,               \
          double* partials, unsigned* ticket, int groups, int groupSize, int experts)) {           \
    int parts = static_cast<int>(gridDim.x);                                                       \
    i64 start = static_cast<i64>(blockIdx.y) * groupSize;                                          \
    i64 first = start + partStart(groupSize, parts, blockIdx.x);                                   \
    i64 last = start + partStart(groupSize, parts, blockIdx.x + 1);                                \
    i64 all = static_cast<i64>(groups) * parts;                                                    \
    i64 own = static_cast<i64>(blockIdx.y) * parts + blockIdx.x;                                   \
    sumOverTokens(first, last, experts, partials + own * experts, [&](i64 t, int e) {              \
      return counts(mask, t) ? widened(p[t * experts + e]) : 0.0f;                                 \
    });                                                                                            \
    sumFigures(logits, p, mask, first, last, experts, partials + all * experts + 3 * own);         \
    if (lastOfGrid(ticket)) {                                                                      \
      finish(partials, groups, parts, experts, [&](int g, int e, double sum) {                     \
        sums[static_cast<i64>(g) * experts + e] = static_cast<float>(sum);                         \
      });                                                                                          \
      finish(partials + all * experts, 1, static_cast<int>(all), 3,                                \
             [&](int, int i, double sum) { figures[i] = static_cast<float>(sum); });               \
    }                                                                                              \
  }                                                                                                \
  KERNEL(expected_load_##suffix, 256,                                                              \
         (const R* logits, const int* mask, float* out, double* partials, unsigned* ticket,        \
          int groups, int groupSize, int experts, int top, double noise)) {                        \
    expectedLoad(logits, mask, out, partials, ticket, groups, groupSize, experts, top, noise);     \
  }                                                                                                \
  KERNEL(expected_load_backward_##suffix, 256,                                                     \
         (const R* logits, const int* mask, const float* dLoad, R* dLogits, int groups,            \
          int groupSize, int experts, int top, double noise)) {                                    \
    expectedLoadBackward(logits, mask, dLoad, dLogits, groups, groupSize, experts, top, noise);    \
  }                                                                                                \
  KERNEL(router_backward_##suffix, 256,                                                            \
         (const R* logits, const R* p, const int* expert, const R* dProbability,                   \
          const float* slope, const int* mask, R* dLogits, int tokens, int groupSize, int experts, \
          int k, float zLoss)) {                                                                   \
    routerBackward(logits, p, expert, dProbability, slope, mask, dLogits, tokens, groupSize,       \
                   experts, k, zLoss);                                                             \
  }
ROUTING(f32, float)
ROUTING(bf16, bfloat16)

// A block counts a group's choices.
KERNEL(count_choices, 256, (const int* expert, int* count, int groups, int groupSize, int experts,
                            int k, int first)) {
  DYNAMIC_SHARED(int, asked);
  for (int e = threadIdx.x; e < experts; e += blockDim.x) {
    asked[e] = 0;
  }
  __syncthreads();
  i64 start = static_cast<i64>(blockIdx.x) * groupSize;
  for (i64 i = threadIdx.x; i < static_cast<i64>(groupSize) * first; i += blockDim.x) {
    int e = expert[(start + i / first) * k + i % first];
    if (e >= 0 && e < experts) {
      atomicAdd(asked + e, 1);
    }
  }
  __syncthreads();
  for (int e = threadIdx.x; e < experts; e += blockDim.x) {
    count[static_cast<i64>(blockIdx.x) * experts + e] = asked[e];
  }
}

KERNEL(balance_gradient, 256, (const float* factor, const int* count, float* out, int queues,
                               int experts)) {
  i64 i = globalThread();
  if (i < queues) {
    out[i] = factor[i / experts] * static_cast<float>(count[i]);
  }
}

// The slope of a group's squared coefficient of variation, by a warp.
KERNEL(variation_gradient, 32, (const float* sums, float* out, int groups, int experts,
                                double coefficientOverGroups, int accumulate)) {
  const float* own = sums + static_cast<i64>(blockIdx.x) * experts;
  double mean = 0;
  for (int e = lane(); e < experts; e += 32) {
    mean += own[e];
  }
  mean = warpSum(mean) / experts;
  double squares = 0;
  for (int e = lane(); e < experts; e += 32) {
    squares += (own[e] - mean) * (own[e] - mean);
  }
  squares = warpSum(squares) / experts;
  for (int e = lane(); e < experts; e += 32) {
    float* to = out + static_cast<i64>(blockIdx.x) * experts + e;
    double above = own[e] - mean;
    double slope = mean == 0 ? 0 : 2 * (above - squares / mean) / (experts * mean * mean);
    double before = accumulate != 0 ? *to : 0;
    *to = static_cast<float>(before + coefficientOverGroups * slope);
  }
}
