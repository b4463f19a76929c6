// Places in the experts' queues. A block has a group of tokens; nothing is one-hot.
#include "kernels.cuh"

namespace {

// Orders as Float.compare does: what is not a number above all, -0 below 0.
__device__ __forceinline__ int orderOf(float x) {
  int bits = x == x ? __float_as_int(x) : 0x7fc00000;
  return bits ^ (bits >> 31 & 0x7fffffff);
}

// Whether token a, with its value's order, comes before token b.
__device__ __forceinline__ bool before(int valueA, int a, int valueB, int b) {
  return valueA > valueB || (valueA == valueB && a < b);
}

constexpr int TILE = 256;

// The group's tokens in falling order of priority: a token's rank is the number of those before it.
template <class R>
__device__ __forceinline__ void priorityOrder(const R* priority, int* order, int groupSize, int k) {
  SHARED(int, values, TILE);
  i64 start = static_cast<i64>(blockIdx.y) * groupSize;
  int i = static_cast<int>(globalThread());
  int own = i < groupSize ? orderOf(widened(priority[(start + i) * k])) : 0;
  int rank = 0;
  for (int base = 0; base < groupSize; base += TILE) {
    int other = base + static_cast<int>(threadIdx.x);
    values[threadIdx.x] = other < groupSize ? orderOf(widened(priority[(start + other) * k])) : 0;
    __syncthreads();
    int count = min(TILE, groupSize - base);
    for (int j = 0; j < count; j++) {
      rank += before(values[j], base + j, own, i) ? 1 : 0;
    }
    __syncthreads();
  }
  if (i < groupSize) {
    order[start + rank] = static_cast<int>(start + i);
  }
}

// The rank of each token at each expert among the routed tokens of its group. A lane has an expert,
// a thread four tokens. What the next kernel adds to or leaves out is set as well.
template <class R>
__device__ __forceinline__ void tokenRanks(const R* p, const int* mask, int* rank, int* slotChoice,
                                           int* asked, int* dropped, int groups, int groupSize,
                                           int experts, int slots) {
  int group = static_cast<int>(blockIdx.z);
  i64 start = static_cast<i64>(group) * groupSize;
  int e = static_cast<int>(blockIdx.y * 32 + threadIdx.x);
  int first = static_cast<int>(blockIdx.x * 32 + threadIdx.y);
  int own[4];
  int ranks[4] = {};
  if (e < experts) {
#pragma unroll
    for (int j = 0; j < 4; j++) {
      int i = first + 8 * j;
      own[j] = i < groupSize ? orderOf(widened(p[(start + i) * experts + e])) : 0;
    }
    for (int i = 0; i < groupSize; i++) {
      if (mask == nullptr || mask[start + i] != 0) {
        int value = orderOf(widened(p[(start + i) * experts + e]));
#pragma unroll
        for (int j = 0; j < 4; j++) {
          ranks[j] += before(value, i, own[j], first + 8 * j) ? 1 : 0;
        }
      }
    }
#pragma unroll
    for (int j = 0; j < 4; j++) {
      if (first + 8 * j < groupSize) {
        rank[(start + first + 8 * j) * experts + e] = ranks[j];
      }
    }
  }
  i64 block = (static_cast<i64>(blockIdx.z) * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  i64 all = static_cast<i64>(gridDim.x) * gridDim.y * gridDim.z * 256;
  i64 most = max(static_cast<i64>(slots), static_cast<i64>(groups) * experts);
  for (i64 i = block * 256 + threadIdx.y * 32 + threadIdx.x; i < most; i += all) {
    if (i < slots) {
      slotChoice[i] = -1;
    }
    if (i < static_cast<i64>(groups) * experts) {
      asked[i] = 0;
    }
    if (i < groups) {
      dropped[i] = 0;
    }
  }
}

// Of the experts whose rank for the token is below the limit, the one that comes after the last in
// falling order of probability; -1 where there is none.
template <class R>
__device__ __forceinline__ int nextTaker(const R* p, const int* rank, int experts, int limit,
                                         int lastValue, int last) {
  int value = 0;
  int found = -1;
  for (int e = lane(); e < experts; e += 32) {
    int own = orderOf(widened(p[e]));
    bool later = last < 0 || before(lastValue, last, own, e);
    if (rank[e] < limit && later && (found < 0 || own > value)) {
      value = own;
      found = e;
    }
  }
#pragma unroll
  for (int step = 16; step > 0; step >>= 1) {
    int otherValue = __shfl_xor_sync(ALL_LANES, value, step);
    int other = __shfl_xor_sync(ALL_LANES, found, step);
    if (other >= 0 && (found < 0 || before(otherValue, other, value, found))) {
      value = otherValue;
      found = other;
    }
  }
  return found;
}

// A token's choices: the experts that took it, or the one that it would have liked.
template <class R>
__device__ __forceinline__ void chooseTokens(const R* p, const int* mask, const int* rank,
                                             int* expert, R* probability, int* position, int* slot,
                                             int* slotChoice, int* asked, int* dropped, int groups,
                                             int groupSize, int experts, int capacity) {
  i64 t = rowOfWarp();
  if (t >= static_cast<i64>(groups) * groupSize) {
    return;
  }
  int group = static_cast<int>(t / groupSize);
  bool routed = mask == nullptr || mask[t] != 0;
  const R* row = p + t * experts;
  const int* ranks = rank + t * experts;
  int chosen = 0;
  if (routed) {
    int best = nextTaker(row, ranks, experts, groupSize + 1, 0, -1);
    int e = nextTaker(row, ranks, experts, capacity, 0, -1);
    bool isDropped = e < 0;
    e = isDropped ? best : e;
    if (lane() == 0) {
      atomicAdd(asked + static_cast<i64>(group) * experts + best, 1);
      if (isDropped) {
        atomicAdd(dropped + group, 1);
      }
    }
    while (e >= 0) {
      int place = ranks[e];
      i64 choice = t * experts + chosen;
      if (lane() == 0) {
        int s = place < capacity ? (e * groups + group) * capacity + place : -1;
        expert[choice] = e;
        probability[choice] = row[e];
        position[choice] = place;
        slot[choice] = s;
        if (s >= 0) {
          slotChoice[s] = static_cast<int>(choice);
        }
      }
      chosen++;
      e = isDropped ? -1
                    : nextTaker(row, ranks, experts, capacity, orderOf(widened(row[e])), e);
    }
  }
  for (int j = chosen + lane(); j < experts; j += 32) {
    i64 choice = t * experts + j;
    expert[choice] = -1;
    store(probability + choice, 0.0f);
    position[choice] = -1;
    slot[choice] = -1;
  }
}

}  // namespace

#define PLACES(suffix, R)                                                                          \
  KERNEL(priority_order_##suffix, 256,                                                             \
         (const R* priority, int* order, int groups, int groupSize, int k)) {                      \
    priorityOrder(priority, order, groupSize, k);                                                  \
  }                                                                                                \
  KERNEL(token_ranks_##suffix, 256,                                                                \
         (const R* p, const int* mask, int* rank, int* slotChoice, int* asked, int* dropped,       \
          int groups, int groupSize, int experts, int slots)) {                                    \
    tokenRanks(p, mask, rank, slotChoice, asked, dropped, groups, groupSize, experts, slots);      \
  }                                                                                                \
  KERNEL(choose_tokens_##suffix, 256,                                                              \
         (const R* p, const int* mask, const int* rank, int* expert, R* probability,               \
          int* position, int* slot, int* slotChoice, int* asked, int* dropped, int groups,         \
          int groupSize, int experts, int capacity)) {                                             \
    chooseTokens(p, mask, rank, expert, probability, position, slot, slotChoice, asked, dropped,   \
                 groups, groupSize, experts, capacity);                                            \
  }
PLACES(f32, float)
PLACES(bf16, bfloat16)

// First come, first served. Each warp has a stretch of the group's tokens. For the first choices of
// all, then the second ones, and so on, the warps count how many ask for each expert; what the
// warps before have counted is where each begins; and in a warp, lanes that ask for the same expert
// find each other.
KERNEL(take_places, 512,
       (const int* expert, const int* asks, const int* order, int* position, int* slot,
        int* slotChoice, int* asked, int* dropped, int groups, int groupSize, int experts, int k,
        int capacity, int untilServed)) {
  DYNAMIC_SHARED(int, taken);  // [experts], then [warps, experts]
  int warps = static_cast<int>(blockDim.x >> 5);
  int group = static_cast<int>(blockIdx.x);
  i64 start = static_cast<i64>(group) * groupSize;
  int* own = taken + (warp() + 1) * experts;
  int first = static_cast<int>(partStart(groupSize, warps, warp()));
  int last = static_cast<int>(partStart(groupSize, warps, warp() + 1));
  for (int e = threadIdx.x; e < experts; e += blockDim.x) {
    taken[e] = 0;
  }
  auto tokenAt = [&](int i) { return order == nullptr ? start + i : static_cast<i64>(order[start + i]); };
  // The expert that choice j of a token asks for; -1 where it does not.
  auto askedBy = [&](i64 t, int j) {
    int e = expert[t * k + j];
    bool asking = e >= 0 && e < experts && (asks == nullptr || asks[t * k + j] != 0);
    for (int earlier = 0; untilServed != 0 && earlier < j && asking; earlier++) {
      asking = slot[t * k + earlier] < 0;
    }
    return asking ? e : -1;
  };
  for (int j = 0; j < k; j++) {
    for (int e = lane(); e < experts; e += 32) {
      own[e] = 0;
    }
    __syncwarp();
    for (int i = first + lane(); i < last; i += 32) {
      int e = askedBy(tokenAt(i), j);
      if (e >= 0) {
        atomicAdd(own + e, 1);
      }
    }
    __syncthreads();
    for (int e = threadIdx.x; e < experts; e += blockDim.x) {
      int sum = taken[e];
      for (int w = 1; w <= warps; w++) {
        int more = taken[w * experts + e];
        taken[w * experts + e] = sum;
        sum += more;
      }
      taken[e] = sum;
    }
    __syncthreads();
    for (int base = first; base < last; base += 32) {
      int i = base + lane();
      i64 t = i < last ? tokenAt(i) : 0;
      int e = i < last ? askedBy(t, j) : -1;
      unsigned same = __match_any_sync(ALL_LANES, e);
      int rank = __popc(same & ((1u << lane()) - 1));
      int place = e < 0 ? -1 : own[e] + rank;
      __syncwarp();
      if (e >= 0 && rank == 0) {
        own[e] += __popc(same);
      }
      __syncwarp();
      if (i < last) {
        i64 choice = t * k + j;
        bool served = e >= 0 && place < capacity;
        int s = served ? (e * groups + group) * capacity + place : -1;
        position[choice] = place;
        slot[choice] = s;
        if (served) {
          slotChoice[s] = static_cast<int>(choice);
        }
      }
    }
    __syncthreads();
  }
  for (int e = threadIdx.x; e < experts; e += blockDim.x) {
    asked[static_cast<i64>(group) * experts + e] = taken[e];
  }
  for (i64 i = threadIdx.x; i < static_cast<i64>(experts) * capacity; i += blockDim.x) {
    int e = static_cast<int>(i / capacity);
    int place = static_cast<int>(i % capacity);
    if (place >= taken[e]) {
      slotChoice[(static_cast<i64>(e) * groups + group) * capacity + place] = -1;
    }
  }
  int unserved = 0;
  for (int i = threadIdx.x; i < groupSize; i += blockDim.x) {
    bool served = expert[(start + i) * k] < 0;
    for (int j = 0; j < k && !served; j++) {
      served = slot[(start + i) * k + j] >= 0;
    }
    unserved += served ? 0 : 1;
  }
  unserved = blockSum(unserved);
  if (threadIdx.x == 0) {
    dropped[group] = unserved;
  }
}

// Moves what an expert serves to the front of its slots, in their order.
KERNEL(pack_slots, 256, (int* slot, int* slotChoice, int* used, int slotsPerExpert)) {
  SHARED(int, counts, 8);
  i64 first = static_cast<i64>(blockIdx.x) * slotsPerExpert;
  int next = 0;
  for (int base = 0; base < slotsPerExpert; base += 256) {
    int i = base + static_cast<int>(threadIdx.x);
    int choice = i < slotsPerExpert ? slotChoice[first + i] : -1;
    unsigned served = __ballot_sync(ALL_LANES, choice >= 0);
    if (lane() == 0) {
      counts[warp()] = __popc(served);
    }
    __syncthreads();
    int to = next + __popc(served & ((1u << lane()) - 1));
    for (int w = 0; w < 8; w++) {
      to += w < warp() ? counts[w] : 0;
      next += counts[w];
    }
    if (choice >= 0) {
      slotChoice[first + to] = choice;
      slot[choice] = static_cast<int>(first + to);
    }
    __syncthreads();
  }
  for (int i = next + static_cast<int>(threadIdx.x); i < slotsPerExpert; i += 256) {
    slotChoice[first + i] = -1;
  }
  if (threadIdx.x == 0) {
    used[blockIdx.x] = next;
  }
}
