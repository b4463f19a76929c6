// A stand-in for NVIDIA's driver on the processor: what this program calls of it, by its rules. See
// driver.h. Kernels are those of the emulation, whose library is named in EMULATED_KERNELS.
//
// Work that is put into a stream waits there. It is done any time that the order of the streams and
// their events allows: for a while not before somebody waits for it, then at once, then whenever
// chance has it. So memory of the host that is used again too soon, and a wait that is missing
// between two streams, show as wrong results. What a real driver refuses is refused with its number.
#include "driver.h"

#include <dlfcn.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace {

enum {
  OK = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  INVALID_DEVICE = 101,
  INVALID_CONTEXT = 201,
  NOT_FOUND = 500,
  NOT_READY = 600,
  CAPTURE_UNSUPPORTED = 900,
  CAPTURE_UNMATCHED = 903
};

constexpr int CAPABILITY = 90;
constexpr size_t MEMORY = size_t{2} << 30;
constexpr size_t PAGE = 4096;
constexpr unsigned USUAL_SHARED = 48 << 10;
constexpr unsigned MOST_SHARED = 227 << 10;
constexpr size_t MOST_WAITING = 300;
constexpr size_t PUTS_IN_A_MOOD = 500;

struct Context {};
struct Module {
  int index;
};
struct Function {
  std::string name;
  unsigned arity;
  unsigned shared = USUAL_SHARED;
};
struct Graph {
  std::vector<std::function<void()>> work;
};
struct Stream {
  std::deque<std::function<void()>> waiting;
  uint64_t put = 0;
  uint64_t done = 0;
  Graph* captured = nullptr;
};
struct Event {
  Stream* stream = nullptr;
  uint64_t at = 0;
  bool asked = false;
};

std::recursive_mutex lock;
std::mt19937 chance(1);
size_t allPut;
Context theContext;
int modules;
bool started;
size_t memoryLeft = MEMORY;
thread_local Context* current;
thread_local bool capturing;  // what is captured is refused to the thread that captures alone
std::vector<Stream*> streams;
std::map<uintptr_t, size_t> onDevice;
std::map<uintptr_t, size_t> onHost;
int (*emulate)(const char*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
               void**);
int (*arityOf)(const char*);
const char* (*emulationError)();

[[noreturn]] void giveUp(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::fflush(stderr);
  std::_Exit(70);
}

bool isIn(const std::map<uintptr_t, size_t>& blocks, uintptr_t at, size_t bytes) {
  auto block = blocks.upper_bound(at);
  if (block == blocks.begin()) {
    return false;
  }
  --block;
  return at + bytes <= block->first + block->second;
}

void runUntil(Stream* stream, uint64_t end) {
  while (stream->done < end) {
    std::function<void()> work = std::move(stream->waiting.front());
    stream->waiting.pop_front();
    stream->done++;
    work();
  }
}

void finishAll() {
  for (Stream* stream : streams) {
    runUntil(stream, stream->put);
  }
}

// Lets streams go on, or not.
void goOn() {
  size_t mood = allPut++ / PUTS_IN_A_MOOD % 3;
  if (mood == 1) {
    finishAll();
  } else if (mood == 2) {
    Stream* some = streams[chance() % streams.size()];
    runUntil(some, std::min(some->put, some->done + chance() % 8));
  }
}

// Pages of their own, with nothing on either side.
void* pages(size_t bytes, bool endsAtPage) {
  size_t whole = (bytes + PAGE - 1) / PAGE * PAGE;
  auto* all = static_cast<char*>(mmap(nullptr, whole + 2 * PAGE, PROT_NONE,
                                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  mprotect(all + PAGE, whole, PROT_READ | PROT_WRITE);
  return all + PAGE + (endsAtPage ? (whole - bytes) / 256 * 256 : 0);
}
void unmap(uintptr_t at, size_t bytes) {
  uintptr_t first = at / PAGE * PAGE;
  // Never given out again: whoever still uses it is seen.
  mprotect(reinterpret_cast<void*>(first), (at + bytes - first + PAGE - 1) / PAGE * PAGE,
           PROT_NONE);
  madvise(reinterpret_cast<void*>(first), (at + bytes - first + PAGE - 1) / PAGE * PAGE,
          MADV_DONTNEED);
}

// Nothing that was in memory before counts: as a real number it is none, as an index far away.
void spoil(void* at, size_t bytes) {
  auto* words = static_cast<uint32_t*>(at);
  for (size_t i = 0; i < bytes / 4; i++) {
    words[i] = 0x7fff7fffu;
  }
}

}  // namespace

#define IN_CONTEXT                              \
  std::lock_guard<std::recursive_mutex> held(lock); \
  if (current == nullptr) return INVALID_CONTEXT

bool driver_owns(const void* at, size_t bytes) {
  std::lock_guard<std::recursive_mutex> held(lock);
  return isIn(onDevice, reinterpret_cast<uintptr_t>(at), bytes);
}

int driver_put(void* stream, std::function<void()> work) {
  IN_CONTEXT;
  auto* into = static_cast<Stream*>(stream);
  if (into->captured != nullptr) {
    into->captured->work.push_back(std::move(work));
    return OK;
  }
  into->waiting.push_back(std::move(work));
  into->put++;
  if (into->waiting.size() > MOST_WAITING) {
    runUntil(into, into->done + 1);
  }
  goOn();
  return OK;
}

extern "C" {

// ---- the machine ----

int cuInit(unsigned) {
  std::lock_guard<std::recursive_mutex> held(lock);
  started = true;
  return OK;
}
int cuDriverGetVersion(int* version) {
  *version = 13000;
  return OK;
}
int cuDeviceGetCount(int* count) {
  *count = 1;
  return OK;
}
int cuDeviceGet(int* device, int index) {
  *device = index;
  return !started ? NOT_INITIALIZED : index == 0 ? OK : INVALID_DEVICE;
}
int cuDeviceGetName(char* name, int size, int) {
  std::snprintf(name, static_cast<size_t>(size), "imitated GPU");
  return OK;
}
int cuDeviceTotalMem_v2(size_t* bytes, int) {
  *bytes = MEMORY;
  return OK;
}
int cuDeviceGetAttribute(int* value, int attribute, int) {
  *value = attribute == 75 ? CAPABILITY / 10 : attribute == 76 ? CAPABILITY % 10 : 0;
  return OK;
}
int cuGetErrorName(int error, const char** name) {
  static std::map<int, std::string> names;
  std::lock_guard<std::recursive_mutex> held(lock);
  *name = names.emplace(error, "error " + std::to_string(error)).first->second.c_str();
  return OK;
}

// ---- contexts and kernels ----

int cuDevicePrimaryCtxRetain(Context** context, int) {
  *context = &theContext;
  return OK;
}
int cuDevicePrimaryCtxRelease_v2(int) { return OK; }
int cuCtxSetCurrent(Context* context) {
  current = context;
  return OK;
}

int cuModuleLoadData(Module** module, const void* code) {
  IN_CONTEXT;
  if (capturing || std::strncmp(static_cast<const char*>(code), "code of ", 8) != 0) {
    return INVALID_VALUE;
  }
  if (emulate == nullptr) {
    void* library = dlopen(std::getenv("EMULATED_KERNELS"), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      giveUp(dlerror());
    }
    emulate = reinterpret_cast<decltype(emulate)>(dlsym(library, "emulate"));
    arityOf = reinterpret_cast<decltype(arityOf)>(dlsym(library, "emulation_arity"));
    emulationError = reinterpret_cast<decltype(emulationError)>(dlsym(library, "emulation_error"));
  }
  *module = new Module{modules++};
  return OK;
}
int cuModuleUnload(Module* module) {
  IN_CONTEXT;
  delete module;
  return OK;
}
// Each kernel is in every second module only.
int cuModuleGetFunction(Function** function, Module* module, const char* name) {
  IN_CONTEXT;
  int arity = arityOf(name);
  if (arity < 0 || module->index % 2 != static_cast<int>(std::strlen(name) % 2)) {
    return NOT_FOUND;
  }
  *function = new Function{name, static_cast<unsigned>(arity)};
  return OK;
}
int cuFuncSetAttribute(Function* function, int attribute, int value) {
  IN_CONTEXT;
  if (attribute != 8 || value < 0 || static_cast<unsigned>(value) > MOST_SHARED) {
    return INVALID_VALUE;
  }
  function->shared = static_cast<unsigned>(value);
  return OK;
}
int cuLaunchKernel(Function* function, unsigned gridX, unsigned gridY, unsigned gridZ,
                   unsigned blockX, unsigned blockY, unsigned blockZ, unsigned shared,
                   void* stream, void** parameters, void** extra) {
  IN_CONTEXT;
  if (gridX == 0 || gridX > 0x7fffffffu || gridY == 0 || gridY > 65535 || gridZ == 0 ||
      gridZ > 65535 || blockX * blockY * blockZ == 0 || blockX * blockY * blockZ > 1024 ||
      shared > function->shared || extra != nullptr) {
    return INVALID_VALUE;
  }
  // The driver takes the parameters along.
  std::vector<uint64_t> values(function->arity);
  for (unsigned i = 0; i < function->arity; i++) {
    std::memcpy(&values[i], parameters[i], 8);
  }
  std::string name = function->name;
  return driver_put(stream, [=]() mutable {
    std::vector<void*> at(values.size() + 1);
    for (size_t i = 0; i < values.size(); i++) {
      at[i] = &values[i];
    }
    if (emulate(name.c_str(), gridX, gridY, gridZ, blockX, blockY, blockZ, shared, at.data()) !=
        0) {
      giveUp(emulationError());
    }
  });
}

// ---- memory ----

int cuMemAlloc_v2(uintptr_t* at, size_t bytes) {
  IN_CONTEXT;
  if (capturing) {
    return CAPTURE_UNSUPPORTED;
  }
  if (bytes == 0 || bytes > memoryLeft) {
    return bytes == 0 ? INVALID_VALUE : OUT_OF_MEMORY;
  }
  memoryLeft -= bytes;
  *at = reinterpret_cast<uintptr_t>(pages(bytes, true));
  spoil(reinterpret_cast<void*>(*at), bytes);
  onDevice[*at] = bytes;
  return OK;
}
int cuMemFree_v2(uintptr_t at) {
  IN_CONTEXT;
  auto block = onDevice.find(at);
  if (block == onDevice.end()) {
    return INVALID_VALUE;
  }
  if (capturing) {
    return CAPTURE_UNSUPPORTED;
  }
  finishAll();
  unmap(at, block->second);
  memoryLeft += block->second;
  onDevice.erase(block);
  return OK;
}
int cuMemHostAlloc(void** at, size_t bytes, unsigned) {
  IN_CONTEXT;
  if (capturing) {
    return CAPTURE_UNSUPPORTED;
  }
  *at = pages(bytes, false);
  spoil(*at, bytes);
  onHost[reinterpret_cast<uintptr_t>(*at)] = bytes;
  return OK;
}
int cuMemFreeHost(void* memory) {
  IN_CONTEXT;
  auto block = onHost.find(reinterpret_cast<uintptr_t>(memory));
  if (block == onHost.end()) {
    return INVALID_VALUE;
  }
  unmap(block->first, block->second);
  onHost.erase(block);
  return OK;
}
int cuPointerGetAttribute(void* data, int attribute, uintptr_t at) {
  IN_CONTEXT;
  bool isDevice = isIn(onDevice, at, 1);
  if (!isDevice && !isIn(onHost, at, 1)) {
    return INVALID_VALUE;
  }
  int answer = attribute == 2 ? (isDevice ? 2 : 1) : 0;
  std::memcpy(data, &answer, sizeof answer);
  return OK;
}

int cuMemcpyHtoDAsync_v2(uintptr_t to, const void* from, size_t bytes, void* stream) {
  IN_CONTEXT;
  // Pageable memory would be copied before the call returns: not what is asked for here.
  if (!isIn(onHost, reinterpret_cast<uintptr_t>(from), bytes) || !isIn(onDevice, to, bytes)) {
    return INVALID_VALUE;
  }
  return driver_put(stream,
                    [=] { std::memcpy(reinterpret_cast<void*>(to), from, bytes); });
}
int cuMemcpyDtoHAsync_v2(void* to, uintptr_t from, size_t bytes, void* stream) {
  IN_CONTEXT;
  if (!isIn(onHost, reinterpret_cast<uintptr_t>(to), bytes) || !isIn(onDevice, from, bytes)) {
    return INVALID_VALUE;
  }
  return driver_put(stream,
                    [=] { std::memcpy(to, reinterpret_cast<const void*>(from), bytes); });
}
int cuMemcpyAsync(uintptr_t to, uintptr_t from, size_t bytes, void* stream) {
  IN_CONTEXT;
  if (!isIn(onDevice, to, bytes) || !isIn(onDevice, from, bytes)) {
    return INVALID_VALUE;
  }
  return driver_put(stream, [=] {
    std::memmove(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), bytes);
  });
}
int cuMemsetD8Async(uintptr_t to, unsigned char value, size_t count, void* stream) {
  IN_CONTEXT;
  if (!isIn(onDevice, to, count)) {
    return INVALID_VALUE;
  }
  return driver_put(stream, [=] { std::memset(reinterpret_cast<void*>(to), value, count); });
}
int cuMemsetD32Async(uintptr_t to, unsigned value, size_t count, void* stream) {
  IN_CONTEXT;
  if (!isIn(onDevice, to, 4 * count) || to % 4 != 0) {
    return INVALID_VALUE;
  }
  return driver_put(stream, [=] {
    for (size_t i = 0; i < count; i++) {
      reinterpret_cast<unsigned*>(to)[i] = value;
    }
  });
}

// ---- streams, events, graphs ----

int cuStreamCreate(Stream** stream, unsigned) {
  IN_CONTEXT;
  *stream = new Stream();
  streams.push_back(*stream);
  return OK;
}
int cuStreamDestroy_v2(Stream* stream) {
  IN_CONTEXT;
  runUntil(stream, stream->put);
  return OK;
}
int cuStreamSynchronize(Stream* stream) {
  IN_CONTEXT;
  if (capturing) {
    return CAPTURE_UNSUPPORTED;
  }
  runUntil(stream, stream->put);
  return OK;
}
int cuStreamWaitEvent(Stream* stream, Event* event, unsigned) {
  IN_CONTEXT;
  if (capturing) {
    return CAPTURE_UNSUPPORTED;
  }
  Stream* other = event->stream;
  uint64_t until = event->at;
  return other == nullptr ? OK : driver_put(stream, [=] { runUntil(other, until); });
}
int cuEventCreate(Event** event, unsigned) {
  IN_CONTEXT;
  *event = new Event();
  return OK;
}
int cuEventRecord(Event* event, Stream* stream) {
  IN_CONTEXT;
  if (capturing) {
    return CAPTURE_UNSUPPORTED;
  }
  event->stream = stream;
  event->at = stream->put;
  event->asked = false;
  return OK;
}
// Not ready when it is first asked for, unless it is anyhow.
int cuEventQuery(Event* event) {
  IN_CONTEXT;
  if (event->stream != nullptr && event->asked) {
    runUntil(event->stream, event->at);
  }
  event->asked = true;
  return event->stream == nullptr || event->stream->done >= event->at ? OK : NOT_READY;
}
int cuEventSynchronize(Event* event) {
  IN_CONTEXT;
  if (capturing) {
    return CAPTURE_UNSUPPORTED;
  }
  if (event->stream != nullptr) {
    runUntil(event->stream, event->at);
  }
  return OK;
}
int cuEventDestroy_v2(Event* event) {
  IN_CONTEXT;
  delete event;
  return OK;
}

int cuStreamBeginCapture_v2(Stream* stream, int) {
  IN_CONTEXT;
  if (stream->captured != nullptr) {
    return INVALID_VALUE;
  }
  stream->captured = new Graph();
  capturing = true;
  return OK;
}
int cuStreamEndCapture(Stream* stream, Graph** graph) {
  IN_CONTEXT;
  *graph = stream->captured;
  stream->captured = nullptr;
  capturing = false;
  return *graph == nullptr ? CAPTURE_UNMATCHED : OK;
}
int driver_instantiate(void** ready, const void* graph) {
  IN_CONTEXT;
  *ready = new Graph(*static_cast<const Graph*>(graph));
  return OK;
}
int cuGraphDestroy(Graph* graph) {
  IN_CONTEXT;
  delete graph;
  return OK;
}
int cuGraphExecDestroy(Graph* ready) {
  IN_CONTEXT;
  for (Stream* stream : streams) {
    if (stream->done < stream->put) {
      return INVALID_VALUE;  // it may be under way
    }
  }
  delete ready;
  return OK;
}
int cuGraphLaunch(Graph* ready, void* stream) {
  IN_CONTEXT;
  if (capturing) {
    return CAPTURE_UNSUPPORTED;
  }
  return driver_put(stream, [=] {
    for (auto& work : ready->work) {
      work();
    }
  });
}

}  // extern "C"
