// The fibers of the emulation, and all kernels. See emulation.h.
#include "emulation.h"

#include <sys/mman.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>
#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace emulation {

Place* current;
dim3 block, blockSize, gridSize;
char* dynamicShared;
unsigned epoch;

std::map<std::string, Kernel>& kernels() {
  static std::map<std::string, Kernel> all;
  return all;
}

namespace {

constexpr size_t STACK = 128 << 10;
constexpr size_t GUARD = 256;
constexpr unsigned char GUARDED = 0xa5;
constexpr unsigned MOST_THREADS = 1024;

// ---- changing from one stack to another ----

#if defined(__x86_64__)
using Context = void*;
extern "C" void switchyard_swap(Context* from, Context to);
asm(R"(
.text
.globl switchyard_swap
.hidden switchyard_swap
.type switchyard_swap,@function
switchyard_swap:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size switchyard_swap,.-switchyard_swap
)");

void swap(Context* from, Context* to) { switchyard_swap(from, *to); }

void start(Context* context, char* stack, void (*entry)()) {
  auto top = reinterpret_cast<uintptr_t>(stack + STACK) & ~uintptr_t{63};
  auto* words = reinterpret_cast<void**>(top) - 8;
  std::memset(words, 0, 8 * sizeof(void*));
  words[6] = reinterpret_cast<void*>(entry);  // where the first switch returns to
  *context = words;
}
#else
using Context = ucontext_t;

void swap(Context* from, Context* to) { swapcontext(from, to); }

void start(Context* context, char* stack, void (*entry)()) {
  getcontext(context);
  context->uc_stack.ss_sp = stack;
  context->uc_stack.ss_size = STACK;
  context->uc_link = nullptr;
  makecontext(context, entry, 0);
}
#endif

// ---- a block and its threads ----

enum class State { NEW, READY, AT_BARRIER, IN_WARP, DONE };

struct Warp {
  unsigned arrived;
  unsigned round;
  const char* what;
  alignas(64) char lanes[2][32 * LANE_BYTES];
};

struct Fiber {
  Context context;
  char* stack;
  int thread;  // that waits on it, or runs
};

// Copies of a thread that are under way; `ends` are the groups that it has ended.
struct Copy {
  void* to;
  const void* from;
  unsigned bytes;
  bool inside;
};
struct Copies {
  std::vector<Copy> all;
  std::vector<size_t> ends;
};

struct Machine {
  std::vector<Copies> copies = std::vector<Copies>(MOST_THREADS);
  std::vector<Place> places = std::vector<Place>(MOST_THREADS);
  std::vector<State> states = std::vector<State>(MOST_THREADS);
  std::vector<Fiber*> of = std::vector<Fiber*>(MOST_THREADS);
  std::vector<Warp> warps = std::vector<Warp>(MOST_THREADS / 32);
  std::vector<Fiber*> idle;
  std::vector<int> ready;
  size_t nextReady = 0;
  std::vector<int> threadOrder;
  size_t nextNew = 0;
  unsigned threads = 0;
  unsigned done = 0;
  unsigned atBarrier = 0;
  Context scheduler;
  Fiber* running = nullptr;
  const Kernel* kernel = nullptr;
  void** arguments = nullptr;
  int code = 0;
  std::string why;
  int order = 0;
  std::vector<char> shared;
};

Machine machine;

void makeReady(int thread) {
  machine.states[thread] = State::READY;
  machine.ready.push_back(thread);
}

int takeNew() {
  return machine.nextNew < machine.threads ? machine.threadOrder[machine.nextNew++] : -1;
}

// A fiber runs threads to their ends, one after another, as long as there are new ones.
void fiberMain() {
  while (true) {
    Fiber* self = machine.running;
    for (int thread = self->thread; thread >= 0; thread = takeNew()) {
      self->thread = thread;
      machine.of[thread] = self;
      current = &machine.places[thread];
      machine.kernel->call(machine.kernel->function, machine.arguments);
      machine.states[thread] = State::DONE;
      machine.done++;
    }
    machine.idle.push_back(self);
    swap(&self->context, &machine.scheduler);
  }
}

Fiber* freshFiber() {
  if (!machine.idle.empty()) {
    Fiber* fiber = machine.idle.back();
    machine.idle.pop_back();
    return fiber;
  }
  auto* fiber = new Fiber();
  fiber->stack = static_cast<char*>(mmap(nullptr, STACK, PROT_READ | PROT_WRITE,
                                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  start(&fiber->context, fiber->stack, fiberMain);
  return fiber;
}

void run(Fiber* fiber, int thread) {
  machine.running = fiber;
  fiber->thread = thread;
  current = &machine.places[thread];
  swap(&machine.scheduler, &fiber->context);
}

// Leaves the running thread in its state until it is made ready.
void wait() {
  Fiber* self = machine.running;
  swap(&self->context, &machine.scheduler);
}

void releaseBarrier() {
  machine.atBarrier = 0;
  for (int thread : machine.threadOrder) {
    makeReady(thread);
  }
}

void explainDeadlock() {
  std::string why = std::to_string(machine.done) + " threads of " +
                    std::to_string(machine.threads) + " have ended, " +
                    std::to_string(machine.atBarrier) + " wait at __syncthreads";
  for (unsigned w = 0; w < machine.threads / 32; w++) {
    if (machine.warps[w].arrived != 0) {
      char mask[16];
      std::snprintf(mask, sizeof mask, "%08x", machine.warps[w].arrived);
      why += std::string(", lanes ") + mask + " of warp " + std::to_string(w) + " at " +
             machine.warps[w].what;
    }
  }
  machine.code = 2;
  machine.why = why;
}

bool runBlock(unsigned sharedBytes) {
  epoch++;
  std::memset(machine.shared.data(), 0xff, sharedBytes);
  std::memset(machine.shared.data() + sharedBytes, GUARDED, GUARD);
  machine.ready.clear();
  machine.nextReady = machine.nextNew = machine.done = machine.atBarrier = 0;
  for (unsigned t = 0; t < machine.threads; t++) {
    machine.states[t] = State::NEW;
    machine.copies[t].all.clear();
    machine.copies[t].ends.clear();
  }
  for (unsigned w = 0; w < (machine.threads + 31) / 32; w++) {
    machine.warps[w].arrived = 0;
  }
  while (machine.done < machine.threads && machine.code == 0) {
    int fresh = takeNew();
    if (fresh >= 0) {
      run(freshFiber(), fresh);
    } else if (machine.nextReady < machine.ready.size()) {
      int thread = machine.ready[machine.nextReady++];
      if (machine.nextReady == machine.ready.size()) {
        machine.ready.clear();
        machine.nextReady = 0;
      }
      run(machine.of[thread], thread);
    } else if (machine.atBarrier == machine.threads) {
      releaseBarrier();
    } else {
      explainDeadlock();
    }
  }
  for (size_t i = 0; i < GUARD && machine.code == 0; i++) {
    if (static_cast<unsigned char>(machine.shared[sharedBytes + i]) != GUARDED) {
      machine.code = 3;
      machine.why = "written behind the " + std::to_string(sharedBytes) + " bytes of shared memory";
    }
  }
  return machine.code == 0;
}

// A permutation of 0 to n - 1: in order, reversed, or shuffled.
std::vector<int> permuted(size_t n, int order) {
  std::vector<int> all(n);
  std::iota(all.begin(), all.end(), 0);
  if (order == 1) {
    std::reverse(all.begin(), all.end());
  } else if (order > 1) {
    std::shuffle(all.begin(), all.end(), std::mt19937(order));
  }
  return all;
}

}  // namespace

// Gives up the block; the fibers that were under way stay where they are, and are not used again.
void fail(int code, const std::string& why) {
  machine.code = code;
  machine.why = why;
  Fiber* self = machine.running;
  swap(&self->context, &machine.scheduler);
  std::abort();
}

void startCopy(void* to, const void* from, unsigned bytes, bool inside) {
  if (reinterpret_cast<uintptr_t>(to) % bytes != 0 ||
      (inside && reinterpret_cast<uintptr_t>(from) % bytes != 0)) {
    fail(3, "a copy of " + std::to_string(bytes) + " bytes that are not aligned");
  }
  machine.copies[current->index].all.push_back({to, from, bytes, inside});
}

void endCopies() {
  Copies& own = machine.copies[current->index];
  own.ends.push_back(own.all.size());
}

void waitForCopies(int groupsLeft) {
  Copies& own = machine.copies[current->index];
  if (own.ends.size() <= static_cast<size_t>(groupsLeft)) {
    return;
  }
  size_t groups = own.ends.size() - groupsLeft;
  size_t done = own.ends[groups - 1];
  for (size_t i = 0; i < done; i++) {
    if (own.all[i].inside) {
      std::memcpy(own.all[i].to, own.all[i].from, own.all[i].bytes);
    } else {
      std::memset(own.all[i].to, 0, own.all[i].bytes);
    }
  }
  own.all.erase(own.all.begin(), own.all.begin() + static_cast<long>(done));
  own.ends.erase(own.ends.begin(), own.ends.begin() + static_cast<long>(groups));
  for (size_t& end : own.ends) {
    end -= done;
  }
}

void barrier() {
  machine.states[current->index] = State::AT_BARRIER;
  machine.atBarrier++;
  wait();
}

char* meet(const void* value, unsigned bytes, void (*whole)(char*), const char* what) {
  unsigned index = current->index;
  unsigned lane = index & 31;
  Warp& warp = machine.warps[index / 32];
  if (machine.threads % 32 != 0) {
    fail(4, std::string(what) + " in a block that is not of whole warps");
  }
  if (warp.arrived == 0) {
    warp.what = what;
  } else if (warp.what != what && std::strcmp(warp.what, what) != 0) {
    fail(2, std::string("lanes of a warp meet at ") + warp.what + " and at " + what);
  }
  char* lanes = warp.lanes[warp.round & 1];
  std::memcpy(lanes + LANE_BYTES * lane, value, bytes);
  warp.arrived |= 1u << lane;
  if (warp.arrived == 0xffffffffu) {
    warp.arrived = 0;
    warp.round++;
    if (whole != nullptr) {
      whole(lanes);
    }
    for (unsigned i = 0; i < 32; i++) {
      unsigned other = machine.order == 1 ? 31 - i : i;
      if (other != lane) {
        makeReady(static_cast<int>(index - lane + other));
      }
    }
  } else {
    machine.states[index] = State::IN_WARP;
    wait();
  }
  return lanes;
}

}  // namespace emulation

extern "C" const char* emulation_error() { return emulation::machine.why.c_str(); }

// Parameters of a kernel, or -1 where there is none of that name.
extern "C" int emulation_arity(const char* name) {
  auto found = emulation::kernels().find(name);
  return found == emulation::kernels().end() ? -1 : static_cast<int>(found->second.parameters);
}

extern "C" void emulation_order(int order) { emulation::machine.order = order; }

extern "C" int emulate(const char* name, unsigned gridX, unsigned gridY, unsigned gridZ,
                       unsigned blockX, unsigned blockY, unsigned blockZ, unsigned sharedBytes,
                       void** arguments) {
  using namespace emulation;
  machine.code = 0;
  machine.why.clear();
  auto found = kernels().find(name);
  if (found == kernels().end()) {
    machine.why = std::string("no kernel is called ") + name;
    return 1;
  }
  uint64_t threads = uint64_t{blockX} * blockY * blockZ;
  uint64_t blocks = uint64_t{gridX} * gridY * gridZ;
  if (threads == 0 || threads > found->second.threads || blocks == 0 || gridY > 65535 ||
      gridZ > 65535 || sharedBytes > 227 * 1024) {
    machine.why = std::string(name) + " can't be launched with " + std::to_string(blocks) +
                  " blocks of " + std::to_string(threads) + " threads (at most " +
                  std::to_string(found->second.threads) + ") and " + std::to_string(sharedBytes) +
                  " bytes of shared memory";
    return 4;
  }
  machine.kernel = &found->second;
  machine.arguments = arguments;
  machine.threads = static_cast<unsigned>(threads);
  machine.threadOrder = permuted(threads, machine.order);
  machine.shared.resize(227 * 1024 + GUARD + 64);
  auto base = reinterpret_cast<uintptr_t>(machine.shared.data());
  dynamicShared = machine.shared.data() + (base % 16 == 0 ? 0 : 16 - base % 16);
  blockSize = {blockX, blockY, blockZ};
  gridSize = {gridX, gridY, gridZ};
  for (unsigned t = 0; t < threads; t++) {
    machine.places[t] = {{t % blockX, t / blockX % blockY, t / (blockX * blockY)}, t};
  }
  unsigned offset = static_cast<unsigned>(dynamicShared - machine.shared.data());
  for (uint64_t i = 0; i < blocks; i++) {
    uint64_t b = machine.order == 1 ? blocks - 1 - i : i;
    block = {static_cast<unsigned>(b % gridX), static_cast<unsigned>(b / gridX % gridY),
             static_cast<unsigned>(b / gridX / gridY)};
    if (!runBlock(offset + sharedBytes)) {
      machine.why = std::string(name) + ", block (" + std::to_string(block.x) + ", " +
                    std::to_string(block.y) + ", " + std::to_string(block.z) +
                    "): " + machine.why;
      return machine.code;
    }
  }
  return 0;
}

#include "attention.cuh"
#include "kernels.cuh"

// On a GPU each file is a module of its own.
namespace elements {
#include "elements.cu"
}
namespace normalisation {
#include "normalisation.cu"
}
namespace embedding {
#include "embedding.cu"
}
namespace routing {
#include "routing.cu"
}
namespace places {
#include "places.cu"
}
namespace slots {
#include "slots.cu"
}
namespace loss {
#include "loss.cu"
}
namespace sums {
#include "sums.cu"
}
namespace updates {
#include "updates.cu"
}
namespace attention {
#include "attention.cu"
}
namespace attention_mma {
#include "attention_mma.cu"
}
namespace faults {
#include "faults.cu"
}
