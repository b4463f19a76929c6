// CUDA C++ on the processor: enough of it for this program's kernels to compile with g++ and run,
// block after block. A block's threads are fibers that change places only where they wait for one
// another, so a kernel without barriers is a plain loop.
//
// It finds what a GPU would not tell: a barrier that some threads of a block never reach, a warp
// operation without all its lanes, shared memory out of bounds or read before it is written (it
// starts as NaNs), and, by running threads and blocks in other orders, what races.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#define __device__
#define __host__
#define __forceinline__ inline
#define __restrict__

struct dim3 {
  unsigned x, y, z;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) float2 {
  float x, y;
};
struct alignas(8) uint2 {
  unsigned x, y;
};

namespace emulation {

// What a thread of a kernel knows of itself.
struct Place {
  dim3 thread;
  unsigned index;
};

extern Place* current;
extern dim3 block, blockSize, gridSize;
extern char* dynamicShared;
extern unsigned epoch;  // counts blocks, so that shared memory starts anew in each

[[noreturn]] void fail(int code, const std::string& why);
void barrier();

// Waits until all lanes of the warp are here; the last one runs `whole` over what they brought.
// `bytes` of each lane's `value` are seen by all; gives the lanes' values, 64 bytes apart.
constexpr unsigned LANE_BYTES = 64;
char* meet(const void* value, unsigned bytes, void (*whole)(char* lanes), const char* what);

// Shared memory of a fixed size.
template <class T, unsigned N>
class SharedArray {
 public:
  template <class I>
  T& operator[](I i) {
    if (seen != epoch) {
      seen = epoch;
      std::memset(static_cast<void*>(elements), 0xff, sizeof elements);
    }
    if (static_cast<uint64_t>(i) >= N) {
      fail(3, "element " + std::to_string(static_cast<int64_t>(i)) + " of a shared array of " +
                  std::to_string(N));
    }
    return elements[i];
  }

 private:
  unsigned seen = 0;
  alignas(16) T elements[N];
};

template <class... A, size_t... I>
void call(void (*kernel)(A...), void** arguments, std::index_sequence<I...>) {
  kernel(*static_cast<std::decay_t<A>*>(arguments[I])...);
}

struct Kernel {
  void (*function)();
  void (*call)(void (*function)(), void** arguments);
  unsigned threads;
  unsigned parameters;
};

std::map<std::string, Kernel>& kernels();

struct Registered {
  template <class... A>
  Registered(const char* name, unsigned threads, void (*kernel)(A...)) {
    kernels()[name] = {reinterpret_cast<void (*)()>(kernel),
                       [](void (*function)(), void** arguments) {
                         emulation::call(reinterpret_cast<void (*)(A...)>(function), arguments,
                                         std::index_sequence_for<A...>());
                       },
                       threads, sizeof...(A)};
  }
};

inline char* meet(const void* value, unsigned bytes, const char* what) {
  return meet(value, bytes, nullptr, what);
}

template <class T>
T ofLane(T value, unsigned lane, const char* what) {
  T result;
  std::memcpy(&result, meet(&value, sizeof value, what) + LANE_BYTES * (lane & 31), sizeof value);
  return result;
}

}  // namespace emulation

#define threadIdx (emulation::current->thread)
#define blockIdx (emulation::block)
#define blockDim (emulation::blockSize)
#define gridDim (emulation::gridSize)

// The kernel's name, the threads a block has at most, and its parameters in brackets.
#define KERNEL(name, threads, parameters)                                       \
  extern "C" void name parameters;                                              \
  static const emulation::Registered registered_##name(#name, threads, name);   \
  extern "C" void name parameters

#define SHARED(type, name, count) static emulation::SharedArray<type, (count)> name
#define DYNAMIC_SHARED(type, name) type* name = reinterpret_cast<type*>(emulation::dynamicShared)

inline void __syncthreads() { emulation::barrier(); }
inline void __syncwarp() {
  char nothing = 0;
  emulation::meet(&nothing, 1, "__syncwarp");
}
inline void __threadfence() {}

template <class T>
T __shfl_sync(unsigned, T value, int lane) {
  return emulation::ofLane(value, lane, "__shfl_sync");
}
template <class T>
T __shfl_xor_sync(unsigned, T value, int mask) {
  return emulation::ofLane(value, (emulation::current->index & 31) ^ mask, "__shfl_xor_sync");
}
template <class T>
T __shfl_up_sync(unsigned, T value, int by) {
  int lane = emulation::current->index & 31;
  return emulation::ofLane(value, lane < by ? lane : lane - by, "__shfl_up_sync");
}
inline unsigned __ballot_sync(unsigned, int predicate) {
  char* lanes = emulation::meet(&predicate, sizeof predicate, "__ballot_sync");
  unsigned bits = 0;
  for (unsigned lane = 0; lane < 32; lane++) {
    int one;
    std::memcpy(&one, lanes + emulation::LANE_BYTES * lane, sizeof one);
    bits |= (one != 0 ? 1u : 0u) << lane;
  }
  return bits;
}
inline unsigned __match_any_sync(unsigned, int value) {
  char* lanes = emulation::meet(&value, sizeof value, "__match_any_sync");
  unsigned bits = 0;
  for (unsigned lane = 0; lane < 32; lane++) {
    int one;
    std::memcpy(&one, lanes + emulation::LANE_BYTES * lane, sizeof one);
    bits |= (one == value ? 1u : 0u) << lane;
  }
  return bits;
}
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __ffs(int x) { return __builtin_ffs(x); }

inline int atomicAdd(int* at, int more) { return std::exchange(*at, *at + more); }
inline unsigned atomicAdd(unsigned* at, unsigned more) { return std::exchange(*at, *at + more); }

inline float __int_as_float(int bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
inline int __float_as_int(float value) {
  int bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline unsigned __float_as_uint(float value) { return static_cast<unsigned>(__float_as_int(value)); }
inline float __uint_as_float(unsigned bits) { return __int_as_float(static_cast<int>(bits)); }
inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline int min(int a, int b) { return a < b ? a : b; }
inline int max(int a, int b) { return a > b ? a : b; }
inline long long min(long long a, long long b) { return a < b ? a : b; }
inline long long max(long long a, long long b) { return a > b ? a : b; }

// ---- tensor cores and copies in flight: what attention_mma.cu asks of the hardware ----

struct bfloat16;

namespace emulation {

// A copy of some bytes that is under way: done no sooner than a thread waits for it.
void startCopy(void* to, const void* from, unsigned bytes, bool inside);
void endCopies();
void waitForCopies(int groupsLeft);

inline float fromHalf(unsigned word, int upper) {
  return __uint_as_float(upper != 0 ? word & 0xffff0000u : word << 16);
}

// Each lane has brought 4 words of a and 2 of b, and gets its 4 numbers of a b behind them.
inline void multiplyMatrices(char* lanes) {
  float a[16][16];
  float b[16][8];
  auto word = [&](int lane, int i) {
    unsigned w;
    std::memcpy(&w, lanes + LANE_BYTES * lane + 4 * i, 4);
    return w;
  };
  for (int row = 0; row < 16; row++) {
    for (int k = 0; k < 16; k++) {
      a[row][k] = fromHalf(word(row % 8 * 4 + k % 8 / 2, row / 8 + k / 8 * 2), k & 1);
    }
  }
  for (int k = 0; k < 16; k++) {
    for (int n = 0; n < 8; n++) {
      b[k][n] = fromHalf(word(n * 4 + k % 8 / 2, 4 + k / 8), k & 1);
    }
  }
  for (int lane = 0; lane < 32; lane++) {
    for (int e = 0; e < 4; e++) {
      int row = lane / 4 + e / 2 * 8;
      int n = lane % 4 * 2 + e % 2;
      float sum = 0;
      for (int k = 0; k < 16; k++) {
        sum += a[row][k] * b[k][n];
      }
      std::memcpy(lanes + LANE_BYTES * lane + 24 + 4 * e, &sum, 4);
    }
  }
}

inline void loadMatrices(unsigned (&r)[4], const void* row, bool transposed) {
  int own = static_cast<int>(current->index & 31);
  char* lanes = meet(row, 16, transposed ? "ldmatrix.trans" : "ldmatrix");
  for (int m = 0; m < 4; m++) {
    unsigned short pair[2];
    for (int i = 0; i < 2; i++) {
      int r0 = transposed ? own % 4 * 2 + i : own / 4;
      int c = transposed ? own / 4 : own % 4 * 2 + i;
      std::memcpy(&pair[i], lanes + LANE_BYTES * (m * 8 + r0) + 2 * c, 2);
    }
    r[m] = pair[0] | static_cast<unsigned>(pair[1]) << 16;
  }
}

}  // namespace emulation

inline void loadMatrices(unsigned (&r)[4], const bfloat16* row) {
  emulation::loadMatrices(r, row, false);
}
inline void loadTransposed(unsigned (&r)[4], const bfloat16* row) {
  emulation::loadMatrices(r, row, true);
}
inline void multiplyAdd(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  unsigned brought[6] = {a[0], a[1], a[2], a[3], b0, b1};
  char* lanes = emulation::meet(brought, sizeof brought, emulation::multiplyMatrices, "mma");
  float product[4];
  std::memcpy(product, lanes + emulation::LANE_BYTES * (emulation::current->index & 31) + 24,
              sizeof product);
  for (int e = 0; e < 4; e++) {
    c[e] += product[e];
  }
}
template <int BYTES>
void copyAsync(void* to, const void* from, bool inside) {
  emulation::startCopy(to, from, BYTES, inside);
}
inline void endCopies() { emulation::endCopies(); }
template <int LEFT>
void waitForCopies() {
  emulation::waitForCopies(LEFT);
}
inline float powerOf2(float x) { return exp2f(x); }
