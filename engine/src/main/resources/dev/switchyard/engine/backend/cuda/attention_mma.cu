// Attention of bfloat16 by tensor cores (mma.sync, from sm_80 on). A block of four warps has 64
// queries or keys, a warp 16 of them; what they meet comes by in tiles, copied while the tile before
// is at work. Scores stay in registers: as they come out of one product they go into the next.
#include "attention.cuh"

namespace {

// ---- what the hardware does for a warp ----

#ifndef SWITCHYARD_EMULATION
__device__ __forceinline__ unsigned sharedAddress(const void* at) {
  return static_cast<unsigned>(__cvta_generic_to_shared(at));
}

// Four matrices of 8 x 8: lane l gives the address of row l % 8 of matrix l / 8, and gets of each
// matrix the elements 2 (l % 4) and the next of row l / 4.
__device__ __forceinline__ void loadMatrices(unsigned (&r)[4], const bfloat16* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(sharedAddress(row)));
}
// The same of the transposed matrices.
__device__ __forceinline__ void loadTransposed(unsigned (&r)[4], const bfloat16* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(sharedAddress(row)));
}
// c [16, 8] += a [16, 16] b [16, 8].
__device__ __forceinline__ void multiplyAdd(float (&c)[4], const unsigned (&a)[4], unsigned b0,
                                            unsigned b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
// Starts to copy 4 or 16 bytes into shared memory, or zeros.
template <int BYTES>
__device__ __forceinline__ void copyAsync(void* to, const void* from, bool inside) {
  if (BYTES == 16) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(sharedAddress(to)),
                 "l"(from), "r"(inside ? 16 : 0)
                 : "memory");
  } else {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(sharedAddress(to)), "l"(from),
                 "r"(inside ? 4 : 0)
                 : "memory");
  }
}
__device__ __forceinline__ void endCopies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
// Waits for this thread's copies but for those since the last `LEFT` ends.
template <int LEFT>
__device__ __forceinline__ void waitForCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(LEFT) : "memory");
}
__device__ __forceinline__ float powerOf2(float x) {
  float power;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(x));
  return power;
}
#endif

// ---- tiles ----

constexpr int SIDE = 64;    // own queries or keys of a block
constexpr int PASSING = 32;  // queries or keys of a tile that comes by in the backward pass
constexpr float LOG2_E = 1.4426950408889634f;
constexpr float LN_2 = 0.6931471805599453f;

template <int DP>
struct Tiles {
  // Eight elements more than a row has, so that eight rows lie in different banks.
  static constexpr int STRIDE = DP + 8;
  static constexpr int OWN = SIDE * STRIDE;
  static constexpr int OTHER = PASSING * STRIDE;

  // Starts to load so many tokens of one head from `first` on; zeros behind the last of `length`
  // and the head's size.
  template <int ROWS>
  static __device__ __forceinline__ void load(const bfloat16* from, i64 width, int size, int first,
                                              int length, bfloat16* tile) {
    bool wide = size % 8 == 0 && aligned(from);
    for (int i = threadIdx.x; i < ROWS * (DP / 8); i += blockDim.x) {
      int row = i / (DP / 8);
      int c = i % (DP / 8) * 8;
      int token = first + row;
      bool inside = token < length && c < size;
      const bfloat16* at = from + (inside ? token * width + c : 0);
      bfloat16* to = tile + row * STRIDE + c;
      if (wide) {
        copyAsync<16>(to, at, inside);
      } else {
        for (int j = 0; j < 8; j++) {
          to[j] = inside && c + j < size ? at[j] : bfloat16{0};
        }
      }
    }
  }

  // out = a b^T, of 16 rows a and 8 N rows b.
  template <int N>
  static __device__ __forceinline__ void multiply(const bfloat16* a, const bfloat16* b,
                                                  float (&out)[N][4]) {
#pragma unroll
    for (int n = 0; n < N; n++) {
      out[n][0] = out[n][1] = out[n][2] = out[n][3] = 0;
    }
    const bfloat16* rowA = a + (lane() & 15) * STRIDE + (lane() >> 4) * 8;
    const bfloat16* rowB = b + ((lane() >> 4) * 8 + (lane() & 7)) * STRIDE + (lane() >> 3 & 1) * 8;
#pragma unroll
    for (int c = 0; c < DP; c += 16) {
      unsigned fromA[4];
      loadMatrices(fromA, rowA + c);
#pragma unroll
      for (int n = 0; n < N; n += 2) {
        unsigned fromB[4];
        loadMatrices(fromB, rowB + n * 8 * STRIDE + c);
        multiplyAdd(out[n], fromA, fromB[0], fromB[1]);
        multiplyAdd(out[n + 1], fromA, fromB[2], fromB[3]);
      }
    }
  }

  // sums += weights rows, of 16 rows of weights for 8 N rows of a tile.
  template <int N>
  static __device__ __forceinline__ void gather(const float (&weights)[N][4], const bfloat16* rows,
                                                float (&sums)[DP / 8][4]) {
    const bfloat16* row = rows + ((lane() >> 3 & 1) * 8 + (lane() & 7)) * STRIDE + (lane() >> 4) * 8;
#pragma unroll
    for (int n = 0; n < N; n += 2) {
      unsigned a[4] = {packed(weights[n][0], weights[n][1]), packed(weights[n][2], weights[n][3]),
                       packed(weights[n + 1][0], weights[n + 1][1]),
                       packed(weights[n + 1][2], weights[n + 1][3])};
#pragma unroll
      for (int c = 0; c < DP; c += 16) {
        unsigned b[4];
        loadTransposed(b, row + n * 8 * STRIDE + c);
        multiplyAdd(sums[c / 8], a, b[0], b[1]);
        multiplyAdd(sums[c / 8 + 1], a, b[2], b[3]);
      }
    }
  }

  // Writes a warp's 16 rows, through its own 16 rows of shared memory.
  static __device__ __forceinline__ void save(const float (&rows)[DP / 8][4], bfloat16* own,
                                              bfloat16* to, i64 width, int size, int first,
                                              int length) {
    __syncwarp();
#pragma unroll
    for (int n = 0; n < DP / 8; n++) {
      bfloat16* at = own + (lane() >> 2) * STRIDE + n * 8 + (lane() & 3) * 2;
      *reinterpret_cast<unsigned*>(at) = packed(rows[n][0], rows[n][1]);
      *reinterpret_cast<unsigned*>(at + 8 * STRIDE) = packed(rows[n][2], rows[n][3]);
    }
    __syncwarp();
    bool wide = size % 8 == 0 && aligned(to);
    for (int i = lane(); i < 16 * (DP / 8); i += 32) {
      int row = i / (DP / 8);
      int c = i % (DP / 8) * 8;
      if (first + row < length && c < size) {
        bfloat16* out = to + (first + row) * width + c;
        const bfloat16* from = own + row * STRIDE + c;
        if (wide) {
          *reinterpret_cast<uint4*>(out) = *reinterpret_cast<const uint4*>(from);
        } else {
          for (int j = 0; j < 8 && c + j < size; j++) {
            out[j] = from[j];
          }
        }
      }
    }
  }
};

// A part of the bias of one head, [ROWS, COLUMNS] of queries and keys, as it is stored: read in
// whole lines, where the lanes that need it would each read a little of many. The strides, in
// elements, put what a warp reads at once into different banks.
template <int ROWS, int COLUMNS, int STRIDE32, int STRIDE16>
struct BiasTile {
  static constexpr int BYTES = ROWS * STRIDE32 * 4;

  // Starts to load; zeros behind the last query and key.
  static __device__ __forceinline__ void load(const Additions& additions, int firstQuery,
                                              int firstKey, char* tile) {
    if (additions.bias32 != nullptr) {
      copy<4, STRIDE32>(additions.bias32, additions, firstQuery, firstKey, tile);
    } else if (additions.bias16 != nullptr) {
      copy<2, STRIDE16>(additions.bias16, additions, firstQuery, firstKey, tile);
    }
  }

  template <int SIZE, int STRIDE, class T>
  static __device__ __forceinline__ void copy(const T* bias, const Additions& additions,
                                              int firstQuery, int firstKey, char* tile) {
    bool lines = additions.keys % (16 / SIZE) == 0 && aligned(bias);
    bool words = additions.keys % (4 / SIZE) == 0 && (reinterpret_cast<u64>(bias) & 3) == 0;
    if (lines) {
      copy<SIZE, STRIDE, 16>(bias, additions, firstQuery, firstKey, tile);
    } else if (words) {
      copy<SIZE, STRIDE, 4>(bias, additions, firstQuery, firstKey, tile);
    } else {
      T* to = reinterpret_cast<T*>(tile);
      for (int i = threadIdx.x; i < ROWS * COLUMNS; i += blockDim.x) {
        int query = firstQuery + i / COLUMNS;
        int key = firstKey + i % COLUMNS;
        bool inside = query < additions.queries && key < additions.keys;
        to[i / COLUMNS * STRIDE + i % COLUMNS] =
            inside ? bias[static_cast<i64>(query) * additions.keys + key] : T{};
      }
    }
  }

  template <int SIZE, int STRIDE, int CHUNK, class T>
  static __device__ __forceinline__ void copy(const T* bias, const Additions& additions,
                                              int firstQuery, int firstKey, char* tile) {
    constexpr int IN_ROW = COLUMNS * SIZE / CHUNK;
    for (int i = threadIdx.x; i < ROWS * IN_ROW; i += blockDim.x) {
      int row = i / IN_ROW;
      int column = i % IN_ROW * (CHUNK / SIZE);
      int query = firstQuery + row;
      int key = firstKey + column;
      bool inside = query < additions.queries && key < additions.keys;
      const T* from = bias + (inside ? static_cast<i64>(query) * additions.keys + key : 0);
      copyAsync<CHUNK>(tile + (row * STRIDE + column) * SIZE, from, inside);
    }
  }

  // Two neighbours in a row.
  static __device__ __forceinline__ float2 pair(const Additions& additions, const char* tile,
                                                int row, int column) {
    if (additions.bias32 != nullptr) {
      return *reinterpret_cast<const float2*>(tile + (row * STRIDE32 + column) * 4);
    }
    float2 both{0, 0};
    if (additions.bias16 != nullptr) {
      unpack(*reinterpret_cast<const unsigned*>(tile + (row * STRIDE16 + column) * 2), both.x,
             both.y);
    }
    return both;
  }

  static __device__ __forceinline__ float at(const Additions& additions, const char* tile, int row,
                                             int column) {
    if (additions.bias32 != nullptr) {
      return *reinterpret_cast<const float*>(tile + (row * STRIDE32 + column) * 4);
    }
    return additions.bias16 == nullptr
               ? 0.0f
               : widened(*reinterpret_cast<const bfloat16*>(tile + (row * STRIDE16 + column) * 2));
  }
};

// Which of up to 64 keys count at all, a bit each.
struct Visible {
  unsigned bits[2];

  __device__ __forceinline__ bool operator()(int column) const {
    return ((column < 32 ? bits[0] : bits[1]) >> (column & 31) & 1u) != 0;
  }
};
__device__ __forceinline__ Visible visible(const Additions& additions, int firstKey) {
  Visible found;
#pragma unroll
  for (int half = 0; half < 2; half++) {
    int j = firstKey + half * 32 + lane();
    bool counts = j < additions.keys && (additions.mask == nullptr || additions.mask[j] != 0);
    found.bits[half] = __ballot_sync(ALL_LANES, counts);
  }
  return found;
}

// The rows and columns of a lane's four numbers of 16 x 8.
__device__ __forceinline__ int rowOf(int e) { return (lane() >> 2) + (e >> 1) * 8; }
__device__ __forceinline__ int columnOf(int n, int e) { return n * 8 + (lane() & 3) * 2 + (e & 1); }

// Over the four lanes of a row.
__device__ __forceinline__ float rowMax(float x) {
  x = fmaxf(x, __shfl_xor_sync(ALL_LANES, x, 1));
  return fmaxf(x, __shfl_xor_sync(ALL_LANES, x, 2));
}
__device__ __forceinline__ float rowSum(float x) {
  x += __shfl_xor_sync(ALL_LANES, x, 1);
  return x + __shfl_xor_sync(ALL_LANES, x, 2);
}

// Whether no score of these queries and keys is hidden.
__device__ __forceinline__ bool allSeen(const Additions& additions, int firstQuery, int queries,
                                        int firstKey, int keys) {
  return additions.mask == nullptr && firstQuery + queries <= additions.queries &&
         firstKey + keys <= additions.keys &&
         (!additions.causal || firstKey + keys - 1 <= firstQuery);
}

// ---- forward ----

template <class T, int DP>
__device__ __forceinline__ void forward(const T* q, const T* k, const T* v, T* out, float* state,
                                        const Inputs& in) {
  using Own = Tiles<DP>;
  constexpr int N = SIDE / 8;
  DYNAMIC_SHARED(bfloat16, query);
  bfloat16* key = query + Own::OWN;
  bfloat16* value = key + Own::OWN;
  char* bias = reinterpret_cast<char*>(value + Own::OWN);
  using Bias = BiasTile<SIDE, SIDE, SIDE + 8, SIDE + 8>;
  const Sizes& sizes = in.sizes;
  int h = static_cast<int>(blockIdx.y);
  int b = static_cast<int>(blockIdx.z);
  int firstQuery = static_cast<int>(blockIdx.x) * SIDE;
  int ownQuery = firstQuery + warp() * 16;
  bfloat16* ownRows = query + warp() * 16 * Own::STRIDE;
  i64 width = sizes.width();
  i64 keysAt = sizes.head(b, h, sizes.keys);
  i64 queriesAt = sizes.head(b, h, sizes.queries);
  Additions additions = in.additions(b, h);
  float sums[DP / 8][4] = {};
  float largest[2] = {-INFINITE, -INFINITE};
  float whole[2] = {0, 0};
  Own::template load<SIDE>(q + queriesAt, width, sizes.size, firstQuery, sizes.queries, query);
  Own::template load<SIDE>(k + keysAt, width, sizes.size, 0, sizes.keys, key);
  endCopies();
  int last = in.keysBefore(firstQuery + SIDE);
  for (int first = 0; first < last; first += SIDE) {
    waitForCopies<0>();
    __syncthreads();
    Own::template load<SIDE>(v + keysAt, width, sizes.size, first, sizes.keys, value);
    Bias::load(additions, firstQuery, first, bias);
    endCopies();
    float p[N][4];
    Own::multiply(ownRows, key, p);
    bool seen = allSeen(additions, firstQuery, SIDE, first, SIDE);
    Visible keys = visible(additions, first);
    waitForCopies<0>();
    __syncthreads();
    if (first + SIDE < last) {
      Own::template load<SIDE>(k + keysAt, width, sizes.size, first + SIDE, sizes.keys, key);
    }
    endCopies();
#pragma unroll
    for (int n = 0; n < N; n++) {
#pragma unroll
      for (int half = 0; half < 2; half++) {
        int row = warp() * 16 + rowOf(2 * half);
        float2 added = Bias::pair(additions, bias, row, columnOf(n, 0));
#pragma unroll
        for (int odd = 0; odd < 2; odd++) {
          int column = columnOf(n, odd);
          float& score = p[n][2 * half + odd];
          bool hidden = !seen && (!keys(column) ||
                                  (additions.causal && first + column > firstQuery + row));
          score = hidden ? -INFINITE : (score + (odd == 0 ? added.x : added.y)) * LOG2_E;
        }
      }
    }
#pragma unroll
    for (int half = 0; half < 2; half++) {
      float most = largest[half];
#pragma unroll
      for (int n = 0; n < N; n++) {
        most = fmaxf(most, fmaxf(p[n][2 * half], p[n][2 * half + 1]));
      }
      most = rowMax(most);
      float shift = most == -INFINITE ? 0.0f : most;
      float shrink = powerOf2(largest[half] - shift);
      largest[half] = most;
      float sum = 0;
#pragma unroll
      for (int n = 0; n < N; n++) {
#pragma unroll
        for (int e = 2 * half; e < 2 * half + 2; e++) {
          p[n][e] = powerOf2(p[n][e] - shift);
          sum += p[n][e];
        }
      }
      whole[half] = whole[half] * shrink + sum;
#pragma unroll
      for (int c = 0; c < DP / 8; c++) {
        sums[c][2 * half] *= shrink;
        sums[c][2 * half + 1] *= shrink;
      }
    }
    if (in.dropout.threshold != 0) {
#pragma unroll
      for (int n = 0; n < N; n++) {
#pragma unroll
        for (int e = 0; e < 4; e++) {
          bool drops = in.kept(b, h, ownQuery + rowOf(e), first + columnOf(n, e)) == 0;
          p[n][e] = drops ? 0.0f : p[n][e];
        }
      }
    }
    Own::gather(p, value, sums);
  }
  float factor = in.dropout.threshold == 0 ? 1.0f : in.dropout.factor;
#pragma unroll
  for (int half = 0; half < 2; half++) {
    float sum = rowSum(whole[half]);
    float scale = sum > 0 ? factor / sum : 0.0f;
#pragma unroll
    for (int c = 0; c < DP / 8; c++) {
      sums[c][2 * half] *= scale;
      sums[c][2 * half + 1] *= scale;
    }
    int i = ownQuery + rowOf(2 * half);
    if ((lane() & 3) == 0 && i < sizes.queries) {
      state[sizes.state(b, h) + i] = logSumExp(largest[half] * LN_2, sum);
    }
  }
  Own::save(sums, ownRows, out + queriesAt, width, sizes.size, ownQuery, sizes.queries);
}

// ---- backward ----

// From the products of a pair to its probability after dropout (product) and the slope of its score
// (dWeight).
__device__ __forceinline__ void toSlope(const Inputs& in, bool hidden, float bias, int b, int h,
                                        int i, int j, float state2, float delta, float& product,
                                        float& dWeight) {
  float p = hidden ? 0.0f : powerOf2((product + bias) * LOG2_E - state2);
  float kept = hidden ? 0.0f : in.kept(b, h, i, j);
  product = p * kept;
  dWeight = p * (kept * dWeight - delta);
}

template <class T, int DP>
__device__ __forceinline__ void keysOf(const Backward<T>& from, T* dK, T* dV, const Inputs& in) {
  using Own = Tiles<DP>;
  constexpr int N = PASSING / 8;
  DYNAMIC_SHARED(bfloat16, key);
  bfloat16* value = key + Own::OWN;
  bfloat16* query = value + Own::OWN;           // two tiles
  bfloat16* gradient = query + 2 * Own::OTHER;  // two tiles
  float* states = reinterpret_cast<float*>(gradient + 2 * Own::OTHER);
  float* deltas = states + 2 * PASSING;
  char* bias = reinterpret_cast<char*>(deltas + 2 * PASSING);  // two tiles
  using Bias = BiasTile<PASSING, SIDE, SIDE + 4, SIDE + 8>;
  const Sizes& sizes = in.sizes;
  int h = static_cast<int>(blockIdx.y);
  int b = static_cast<int>(blockIdx.z);
  int firstKey = static_cast<int>(blockIdx.x) * SIDE;
  int ownKey = firstKey + warp() * 16;
  bfloat16* ownKeys = key + warp() * 16 * Own::STRIDE;
  bfloat16* ownValues = value + warp() * 16 * Own::STRIDE;
  i64 width = sizes.width();
  i64 keysAt = sizes.head(b, h, sizes.keys);
  i64 queriesAt = sizes.head(b, h, sizes.queries);
  Additions additions = in.additions(b, h);
  auto loadQueries = [&](int first, int stage) {
    Own::template load<PASSING>(from.q + queriesAt, width, sizes.size, first, sizes.queries,
                                query + stage * Own::OTHER);
    Own::template load<PASSING>(from.dOut + queriesAt, width, sizes.size, first, sizes.queries,
                                gradient + stage * Own::OTHER);
    if (threadIdx.x < PASSING) {
      int i = first + static_cast<int>(threadIdx.x);
      i64 at = sizes.state(b, h) + min(i, sizes.queries - 1);
      states[stage * PASSING + threadIdx.x] = from.state[at] * LOG2_E;
      deltas[stage * PASSING + threadIdx.x] = from.delta[at];
    }
    Bias::load(additions, first, firstKey, bias + stage * Bias::BYTES);
  };
  bool ownHidden[2];
#pragma unroll
  for (int half = 0; half < 2; half++) {
    int j = ownKey + rowOf(2 * half);
    ownHidden[half] = j >= sizes.keys || (additions.mask != nullptr && additions.mask[j] == 0);
  }
  float sumK[DP / 8][4] = {};
  float sumV[DP / 8][4] = {};
  int start = sizes.causal != 0 ? firstKey : 0;
  Own::template load<SIDE>(from.k + keysAt, width, sizes.size, firstKey, sizes.keys, key);
  Own::template load<SIDE>(from.v + keysAt, width, sizes.size, firstKey, sizes.keys, value);
  if (start < sizes.queries) {
    loadQueries(start, 0);
  }
  endCopies();
  int stage = 0;
  for (int first = start; first < sizes.queries; first += PASSING) {
    waitForCopies<0>();
    __syncthreads();
    if (first + PASSING < sizes.queries) {
      loadQueries(first + PASSING, 1 - stage);
    }
    endCopies();
    const bfloat16* queries = query + stage * Own::OTHER;
    const bfloat16* gradients = gradient + stage * Own::OTHER;
    float weights[N][4];
    float slopes[N][4];
    Own::multiply(ownKeys, queries, weights);
    Own::multiply(ownValues, gradients, slopes);
    bool seen = allSeen(additions, first, PASSING, firstKey, SIDE);
#pragma unroll
    for (int n = 0; n < N; n++) {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        int column = columnOf(n, e);
        int i = first + column;
        int j = ownKey + rowOf(e);
        bool hidden = !seen && (i >= sizes.queries || ownHidden[e >> 1] ||
                                (additions.causal && j > i));
        float added = Bias::at(additions, bias + stage * Bias::BYTES, column,
                               warp() * 16 + rowOf(e));
        toSlope(in, hidden, added, b, h, i, j, states[stage * PASSING + column],
                deltas[stage * PASSING + column], weights[n][e], slopes[n][e]);
      }
    }
    Own::gather(weights, gradients, sumV);
    Own::gather(slopes, queries, sumK);
    stage = 1 - stage;
  }
  waitForCopies<0>();
  __syncthreads();
  Own::save(sumK, ownKeys, dK + keysAt, width, sizes.size, ownKey, sizes.keys);
  Own::save(sumV, ownValues, dV + keysAt, width, sizes.size, ownKey, sizes.keys);
}

template <class T, int DP>
__device__ __forceinline__ void queriesOf(const Backward<T>& from, T* dQ, const Inputs& in) {
  using Own = Tiles<DP>;
  constexpr int N = PASSING / 8;
  DYNAMIC_SHARED(bfloat16, query);
  bfloat16* gradient = query + Own::OWN;
  bfloat16* key = gradient + Own::OWN;      // two tiles
  bfloat16* value = key + 2 * Own::OTHER;  // two tiles
  char* bias = reinterpret_cast<char*>(value + 2 * Own::OTHER);  // two tiles
  using Bias = BiasTile<SIDE, PASSING, PASSING + 8, PASSING + 8>;
  const Sizes& sizes = in.sizes;
  int h = static_cast<int>(blockIdx.y);
  int b = static_cast<int>(blockIdx.z);
  int firstQuery = static_cast<int>(blockIdx.x) * SIDE;
  int ownQuery = firstQuery + warp() * 16;
  bfloat16* ownQueries = query + warp() * 16 * Own::STRIDE;
  bfloat16* ownGradients = gradient + warp() * 16 * Own::STRIDE;
  i64 width = sizes.width();
  i64 keysAt = sizes.head(b, h, sizes.keys);
  i64 queriesAt = sizes.head(b, h, sizes.queries);
  Additions additions = in.additions(b, h);
  auto loadKeys = [&](int first, int stage) {
    Own::template load<PASSING>(from.k + keysAt, width, sizes.size, first, sizes.keys,
                                key + stage * Own::OTHER);
    Own::template load<PASSING>(from.v + keysAt, width, sizes.size, first, sizes.keys,
                                value + stage * Own::OTHER);
    Bias::load(additions, firstQuery, first, bias + stage * Bias::BYTES);
  };
  float state2[2];
  float delta[2];
#pragma unroll
  for (int half = 0; half < 2; half++) {
    i64 at = sizes.state(b, h) + min(ownQuery + rowOf(2 * half), sizes.queries - 1);
    state2[half] = from.state[at] * LOG2_E;
    delta[half] = from.delta[at];
  }
  float sums[DP / 8][4] = {};
  Own::template load<SIDE>(from.q + queriesAt, width, sizes.size, firstQuery, sizes.queries, query);
  Own::template load<SIDE>(from.dOut + queriesAt, width, sizes.size, firstQuery, sizes.queries,
                           gradient);
  loadKeys(0, 0);
  endCopies();
  int stage = 0;
  int last = in.keysBefore(firstQuery + SIDE);
  for (int first = 0; first < last; first += PASSING) {
    waitForCopies<0>();
    __syncthreads();
    if (first + PASSING < last) {
      loadKeys(first + PASSING, 1 - stage);
    }
    endCopies();
    const bfloat16* keys = key + stage * Own::OTHER;
    float weights[N][4];
    float slopes[N][4];
    Own::multiply(ownQueries, keys, weights);
    Own::multiply(ownGradients, value + stage * Own::OTHER, slopes);
    bool seen = allSeen(additions, firstQuery, SIDE, first, PASSING);
    Visible counted = visible(additions, first);
#pragma unroll
    for (int n = 0; n < N; n++) {
#pragma unroll
      for (int half = 0; half < 2; half++) {
        int i = ownQuery + rowOf(2 * half);
        float2 added = Bias::pair(additions, bias + stage * Bias::BYTES,
                                  warp() * 16 + rowOf(2 * half), columnOf(n, 0));
#pragma unroll
        for (int odd = 0; odd < 2; odd++) {
          int e = 2 * half + odd;
          int j = first + columnOf(n, odd);
          bool hidden = !seen && (i >= sizes.queries || !counted(columnOf(n, odd)) ||
                                  (additions.causal && j > i));
          toSlope(in, hidden, odd == 0 ? added.x : added.y, b, h, i, j, state2[half], delta[half],
                  weights[n][e], slopes[n][e]);
        }
      }
    }
    Own::gather(slopes, keys, sums);
    stage = 1 - stage;
  }
  Own::save(sums, ownQueries, dQ + queriesAt, width, sizes.size, ownQuery, sizes.queries);
}

// One tile of the bias of one head, over all rows of the batch.
template <class T, int DP>
__device__ __forceinline__ void biasOf(const Backward<T>& from, float* dBias, const Inputs& in) {
  using Own = Tiles<DP>;
  constexpr int N = SIDE / 8;
  DYNAMIC_SHARED(bfloat16, query);
  bfloat16* gradient = query + Own::OWN;
  bfloat16* key = gradient + Own::OWN;
  bfloat16* value = key + Own::OWN;
  char* bias = reinterpret_cast<char*>(value + Own::OWN);
  using Bias = BiasTile<SIDE, SIDE, SIDE + 8, SIDE + 8>;
  const Sizes& sizes = in.sizes;
  int h = static_cast<int>(blockIdx.z);
  int firstKey = static_cast<int>(blockIdx.x) * SIDE;
  int firstQuery = static_cast<int>(blockIdx.y) * SIDE;
  int ownQuery = firstQuery + warp() * 16;
  if (sizes.causal != 0 && firstKey >= firstQuery + SIDE) {
    return;
  }
  i64 width = sizes.width();
  Bias::load(in.additions(0, h), firstQuery, firstKey, bias);
  float sums[N][4] = {};
  for (int b = 0; b < sizes.batch; b++) {
    i64 keysAt = sizes.head(b, h, sizes.keys);
    i64 queriesAt = sizes.head(b, h, sizes.queries);
    Additions additions = in.additions(b, h);
    __syncthreads();
    Own::template load<SIDE>(from.q + queriesAt, width, sizes.size, firstQuery, sizes.queries,
                             query);
    Own::template load<SIDE>(from.k + keysAt, width, sizes.size, firstKey, sizes.keys, key);
    endCopies();
    Own::template load<SIDE>(from.dOut + queriesAt, width, sizes.size, firstQuery, sizes.queries,
                             gradient);
    Own::template load<SIDE>(from.v + keysAt, width, sizes.size, firstKey, sizes.keys, value);
    endCopies();
    waitForCopies<1>();
    __syncthreads();
    float weights[N][4];
    float slopes[N][4];
    Own::multiply(query + warp() * 16 * Own::STRIDE, key, weights);
    waitForCopies<0>();
    __syncthreads();
    Own::multiply(gradient + warp() * 16 * Own::STRIDE, value, slopes);
    bool seen = allSeen(additions, firstQuery, SIDE, firstKey, SIDE);
    Visible counted = visible(additions, firstKey);
#pragma unroll
    for (int half = 0; half < 2; half++) {
      int i = ownQuery + rowOf(2 * half);
      i64 at = sizes.state(b, h) + min(i, sizes.queries - 1);
      float state2 = from.state[at] * LOG2_E;
      float delta = from.delta[at];
#pragma unroll
      for (int n = 0; n < N; n++) {
        float2 added = Bias::pair(additions, bias, warp() * 16 + rowOf(2 * half), columnOf(n, 0));
#pragma unroll
        for (int odd = 0; odd < 2; odd++) {
          int e = 2 * half + odd;
          int j = firstKey + columnOf(n, odd);
          bool hidden = !seen && (i >= sizes.queries || !counted(columnOf(n, odd)) ||
                                  (additions.causal && j > i));
          toSlope(in, hidden, odd == 0 ? added.x : added.y, b, h, i, j, state2, delta,
                  weights[n][e], slopes[n][e]);
          sums[n][e] += slopes[n][e];
        }
      }
    }
  }
#pragma unroll
  for (int n = 0; n < N; n++) {
#pragma unroll
    for (int e = 0; e < 4; e++) {
      int i = ownQuery + rowOf(e);
      int j = firstKey + columnOf(n, e);
      if (i < sizes.queries && j < sizes.keys) {
        dBias[(static_cast<i64>(h) * sizes.queries + i) * sizes.keys + j] += sums[n][e];
      }
    }
  }
}

}  // namespace

#define TENSOR_CORES(DP) \
  ATTENTION(bf16_mma, bfloat16, DP, 128, forward, keysOf, queriesOf, biasOf)
TENSOR_CORES(16)
TENSOR_CORES(32)
TENSOR_CORES(64)
TENSOR_CORES(128)
