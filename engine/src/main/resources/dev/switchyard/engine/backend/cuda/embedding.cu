// Rows of tables by index: token embeddings and the relative position bias.
#include "kernels.cuh"

namespace {

template <class Table, class Out>
__device__ __forceinline__ void embed(const int* ids, const Table* table, Out* out, int tokens,
                                      int d, int vocabulary) {
  i64 t = rowOfWarp();
  if (t >= tokens) {
    return;
  }
  int id = ids[t];
  bool none = id < 0 || id >= vocabulary;
  bool wide = d % 8 == 0 && aligned(table, out);
  const Table* row = table + static_cast<i64>(none ? 0 : id) * d;
  for (int c = lane() * 8; c < d; c += 256) {
    float x[8] = {};
    if (!none) {
      loadSome(row + c, d - c, wide, x);
    }
    storeSome(out + t * d + c, d - c, wide, x);
  }
}

// A block has 32 rows of the table and 256 columns; a warp has every eighth of these rows, and
// keeps their sums in registers. All blocks read all ids, in order, and list those of their rows.
constexpr int TABLE_ROWS = 32;
constexpr int LISTED = 2048;

template <class D>
__device__ __forceinline__ void embedBackward(const int* ids, const D* dOut, float* dTable,
                                              int tokens, int d, int vocabulary) {
  SHARED(int, token, LISTED);
  SHARED(int, rowOf, LISTED);
  SHARED(int, counts, 8);
  int firstRow = static_cast<int>(blockIdx.x) * TABLE_ROWS;
  int c = static_cast<int>(blockIdx.y) * 256 + lane() * 8;
  bool wide = d % 8 == 0 && aligned(dOut, dTable);
  float sums[4][8];
  unsigned touched = 0;
  for (int base = 0; base < tokens; base += LISTED) {
    // Eight ids a thread, in order; their places in the list by the counts before them.
    int mine[8];
    int count = 0;
#pragma unroll
    for (int j = 0; j < 8; j++) {
      int t = base + static_cast<int>(threadIdx.x) * 8 + j;
      int id = t < tokens ? ids[t] : -1;
      mine[j] = id >= firstRow && id < firstRow + TABLE_ROWS && id < vocabulary ? id - firstRow : -1;
      count += mine[j] >= 0 ? 1 : 0;
    }
    int before = count;
#pragma unroll
    for (int step = 1; step < 32; step <<= 1) {
      int more = __shfl_up_sync(ALL_LANES, before, step);
      before += lane() >= step ? more : 0;
    }
    if (lane() == 31) {
      counts[warp()] = before;
    }
    before -= count;
    __syncthreads();
    int listed = 0;
    for (int w = 0; w < 8; w++) {
      before += w < warp() ? counts[w] : 0;
      listed += counts[w];
    }
#pragma unroll
    for (int j = 0; j < 8; j++) {
      if (mine[j] >= 0) {
        token[before] = base + static_cast<int>(threadIdx.x) * 8 + j;
        rowOf[before] = mine[j];
        before++;
      }
    }
    __syncthreads();
    for (int i = 0; i < listed; i += 32) {
      int t = i + lane() < listed ? token[i + lane()] : 0;
      int row = i + lane() < listed ? rowOf[i + lane()] : -1;
      unsigned own = __ballot_sync(ALL_LANES, row >= 0 && (row & 7) == warp());
      while (own != 0) {
        // Up to four at once: their rows are read together, and added in order.
        float x[4][8];
        int at[4];
        unsigned rows = 0;
#pragma unroll
        for (int k = 0; k < 4; k++) {
          int from = own == 0 ? 0 : __ffs(static_cast<int>(own)) - 1;
          int source = __shfl_sync(ALL_LANES, t, from);
          int row8 = __shfl_sync(ALL_LANES, row, from) >> 3;
          at[k] = own == 0 ? -1 : row8;
          rows |= own == 0 ? 0u : 1u << row8;
          loadSome(dOut + static_cast<i64>(source) * d + c, own == 0 ? 0 : d - c, wide, x[k]);
          own &= own - 1;
        }
#pragma unroll
        for (int r = 0; r < 4; r++) {
          if ((rows & ~touched) >> r & 1u) {
            i64 row0 = firstRow + r * 8 + warp();
            loadSome(dTable + row0 * d + c, d - c, wide, sums[r]);
          }
        }
        touched |= rows;
#pragma unroll
        for (int k = 0; k < 4; k++) {
#pragma unroll
          for (int r = 0; r < 4; r++) {
#pragma unroll
            for (int j = 0; j < 8; j++) {
              sums[r][j] += at[k] == r ? x[k][j] : 0.0f;
            }
          }
        }
      }
    }
    __syncthreads();
  }
#pragma unroll
  for (int r = 0; r < 4; r++) {
    if ((touched >> r & 1) != 0) {
      i64 row0 = firstRow + r * 8 + warp();
      storeSome(dTable + row0 * d + c, d - c, wide, sums[r]);
    }
  }
}

template <class Table, class Out>
__device__ __forceinline__ void positionBias(const Table* table, const int* bucket, Out* out,
                                             int heads, int pairs, int buckets) {
  i64 pair = globalThread();
  if (pair >= pairs) {
    return;
  }
  int row = bucket[pair];
  for (int h = 0; h < heads; h++) {
    bool known = row >= 0 && row < buckets;
    store(out + static_cast<i64>(h) * pairs + pair,
          known ? widened(table[static_cast<i64>(row) * heads + h]) : 0.0f);
  }
}

// Buckets whose sums a block keeps at a time: one for each of its threads.
constexpr int BUCKETS = 64;
constexpr int SUMMING = 128;

}  // namespace

#define EMBED(suffix, Table, Out)                                                               \
  KERNEL(embed_##suffix, 256, (const int* ids, const Table* table, Out* out, int tokens, int d, \
                               int vocabulary)) {                                               \
    embed(ids, table, out, tokens, d, vocabulary);                                              \
  }                                                                                             \
  KERNEL(position_bias_##suffix, 256, (const Table* table, const int* bucket, Out* out,         \
                                       int heads, int pairs, int buckets)) {                    \
    positionBias(table, bucket, out, heads, pairs, buckets);                                    \
  }
EMBED(f32, float, float)
EMBED(bf16, bfloat16, bfloat16)
EMBED(f32_bf16, float, bfloat16)

#define EMBED_BACKWARD(suffix, D)                                                                 \
  KERNEL(embed_backward_##suffix, 256, (const int* ids, const D* dOut, float* dTable, int tokens, \
                                        int d, int vocabulary)) {                                 \
    embedBackward(ids, dOut, dTable, tokens, d, vocabulary);                                      \
  }
EMBED_BACKWARD(f32, float)
EMBED_BACKWARD(bf16_f32, bfloat16)

// A block sums a stretch of the pairs for one head, each thread for itself; then over its threads,
// and the last block over all blocks.
KERNEL(position_bias_backward_f32, 128,
       (const int* bucket, const float* dBias, float* dTable, double* partials, unsigned* ticket,
        int heads, int pairs, int buckets)) {
  SHARED(float, sums, BUCKETS * SUMMING);
  int h = static_cast<int>(blockIdx.y);
  i64 first = partStart(pairs, gridDim.x, blockIdx.x);
  i64 last = partStart(pairs, gridDim.x, blockIdx.x + 1);
  int own = static_cast<int>(threadIdx.x);
  double* partial = partials + (static_cast<i64>(blockIdx.x) * heads + h) * buckets;
  for (int low = 0; low < buckets; low += BUCKETS) {
    int count = min(BUCKETS, buckets - low);
    for (int b = 0; b < count; b++) {
      sums[b * SUMMING + own] = 0;
    }
    for (i64 pair = first + own; pair < last; pair += SUMMING) {
      int b = bucket[pair] - low;
      if (b >= 0 && b < count) {
        sums[b * SUMMING + own] += dBias[static_cast<i64>(h) * pairs + pair];
      }
    }
    __syncthreads();
    for (int b = warp(); b < count; b += SUMMING / 32) {
      double sum = 0;
      for (int i = lane(); i < SUMMING; i += 32) {
        sum += sums[b * SUMMING + i];
      }
      sum = warpSum(sum);
      if (lane() == 0) {
        partial[low + b] = sum;
      }
    }
    __syncthreads();
  }
  if (lastOfGrid(ticket)) {
    for (int i = own; i < heads * buckets; i += SUMMING) {
      double sum = 0;
      for (int block = 0; block < static_cast<int>(gridDim.x); block++) {
        sum += partials[static_cast<i64>(block) * heads * buckets + i];
      }
      int at = i % buckets * heads + i / buckets;
      dTable[at] = static_cast<float>(dTable[at] + sum);
    }
  }
}
