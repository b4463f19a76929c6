// Stand-ins for the libraries of CUDA that this program calls, on the stand-in for the driver: the
// runtime's one function, products of matrices by plain loops that follow cuBLASLt's descriptions,
// and a compiler that passes names on. Linked once for each library's name.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "driver.h"

namespace {

enum { OK = 0, NOT_INITIALIZED = 1, INVALID_VALUE = 7, NOT_SUPPORTED = 15 };
enum { REAL_32 = 0, BFLOAT_16 = 14, COMPUTE_32 = 68, COMPUTE_TF32 = 77 };
constexpr size_t WORKSPACE = size_t{1} << 20;

// They lie in the opaque structs of cuBLASLt.
struct Description {
  int64_t compute, scale, transposed[2];
};
struct Layout {
  int64_t type, rows, columns, leading, count, stride;

  const void* at(const void* from, int64_t i) const {
    return static_cast<const char*>(from) + i * stride * size();
  }
  int64_t size() const { return type == BFLOAT_16 ? 2 : 4; }
  // Bytes from the first to the last element.
  size_t bytes() const {
    return static_cast<size_t>(((count - 1) * stride + (columns - 1) * leading + rows) * size());
  }
};
struct Preference {
  int64_t workspace, alignment[4];
};
struct Algorithm {
  int64_t known, alignment[4];
};
struct Found {
  int64_t algorithm[8];
  size_t workspace;
  int state;
  float waves;
  int reserved[4];
};
static_assert(sizeof(Algorithm) <= 64, "");

double number(const Layout& of, const void* matrix, int64_t row, int64_t column) {
  int64_t at = column * of.leading + row;
  if (of.type == REAL_32) {
    return static_cast<const float*>(matrix)[at];
  }
  uint32_t bits = static_cast<uint32_t>(static_cast<const uint16_t*>(matrix)[at]) << 16;
  float wide;
  std::memcpy(&wide, &bits, 4);
  return wide;
}

void store(const Layout& of, void* matrix, int64_t row, int64_t column, double x) {
  int64_t at = column * of.leading + row;
  float narrow = static_cast<float>(x);
  if (of.type == REAL_32) {
    static_cast<float*>(matrix)[at] = narrow;
    return;
  }
  uint32_t bits;
  std::memcpy(&bits, &narrow, 4);
  bits = std::isnan(narrow) ? 0x7fff0000u : bits + 0x7fffu + (bits >> 16 & 1u);
  static_cast<uint16_t*>(matrix)[at] = static_cast<uint16_t>(bits >> 16);
}

bool agree(const Description& d, const Layout& a, const Layout& b, const Layout& c,
           const Layout& out) {
  int64_t m = d.transposed[0] != 0 ? a.columns : a.rows;
  int64_t k = d.transposed[0] != 0 ? a.rows : a.columns;
  int64_t k2 = d.transposed[1] != 0 ? b.columns : b.rows;
  int64_t n = d.transposed[1] != 0 ? b.rows : b.columns;
  bool types = (a.type == REAL_32 && out.type == REAL_32) || a.type == BFLOAT_16;
  bool computes = d.compute == COMPUTE_32 || (d.compute == COMPUTE_TF32 && a.type == REAL_32);
  bool counts = a.count == b.count && b.count == c.count && c.count == out.count && a.count > 0;
  return m > 0 && n > 0 && k > 0 && k == k2 && out.rows == m && out.columns == n &&
         c.rows == m && c.columns == n && a.type == b.type && c.type == out.type && types &&
         computes && counts && d.scale == REAL_32 && a.leading >= a.rows &&
         b.leading >= b.rows && out.leading >= out.rows;
}

bool isAligned(const void* at, int64_t bytes) {
  return reinterpret_cast<uintptr_t>(at) % static_cast<uintptr_t>(bytes) == 0;
}

void multiply(const Description& d, float alpha, const void* a, const Layout& la, const void* b,
              const Layout& lb, float beta, const Layout& lo, void* out) {
  int64_t k = d.transposed[0] != 0 ? la.rows : la.columns;
  for (int64_t i = 0; i < lo.count; i++) {
    const void* left = la.at(a, i);
    const void* right = lb.at(b, i);
    void* to = const_cast<void*>(lo.at(out, i));
    for (int64_t row = 0; row < lo.rows; row++) {
      for (int64_t column = 0; column < lo.columns; column++) {
        double sum = 0;
        for (int64_t x = 0; x < k; x++) {
          sum += (d.transposed[0] != 0 ? number(la, left, x, row) : number(la, left, row, x)) *
                 (d.transposed[1] != 0 ? number(lb, right, column, x)
                                       : number(lb, right, x, column));
        }
        double before = beta == 0 ? 0 : beta * number(lo, to, row, column);
        store(lo, to, row, column, alpha * sum + before);
      }
    }
  }
}

int64_t integer(const void* value, size_t bytes) {
  int32_t narrow = 0;
  int64_t wide = 0;
  std::memcpy(bytes == 4 ? static_cast<void*>(&narrow) : &wide, value, bytes);
  return bytes == 4 ? narrow : wide;
}

struct Program {
  std::string name;
};

}  // namespace

extern "C" {

// ---- the runtime ----

int cudaGraphInstantiateWithFlags(void** ready, const void* graph, unsigned long long) {
  return driver_instantiate(ready, graph);
}

// ---- cuBLASLt ----

int cublasLtCreate(void** handle) {
  static int one;
  *handle = &one;
  return OK;
}
int cublasLtDestroy(void*) { return OK; }
size_t cublasLtGetVersion() { return 130100; }
const char* cublasLtGetStatusName(int status) {
  static char name[32];
  std::snprintf(name, sizeof name, "status %d", status);
  return name;
}
int cublasLtMatmulDescInit_internal(Description* d, size_t size, int compute, int scale) {
  std::memset(static_cast<void*>(d), 0, size);
  *d = {compute, scale, {0, 0}};
  return size >= sizeof(Description) ? OK : INVALID_VALUE;
}
int cublasLtMatmulDescSetAttribute(Description* d, int attribute, const void* value,
                                   size_t bytes) {
  if ((attribute != 3 && attribute != 4) || bytes != 4) {
    return INVALID_VALUE;
  }
  d->transposed[attribute - 3] = integer(value, bytes);
  return OK;
}
int cublasLtMatrixLayoutInit_internal(Layout* layout, size_t size, int type, uint64_t rows,
                                      uint64_t columns, int64_t leading) {
  std::memset(static_cast<void*>(layout), 0, size);
  *layout = {type, static_cast<int64_t>(rows), static_cast<int64_t>(columns), leading, 1, 0};
  return size >= sizeof(Layout) ? OK : INVALID_VALUE;
}
int cublasLtMatrixLayoutSetAttribute(Layout* layout, int attribute, const void* value,
                                     size_t bytes) {
  if (attribute == 5 && bytes == 4) {
    layout->count = integer(value, bytes);
    return OK;
  }
  if (attribute == 6 && bytes == 8) {
    layout->stride = integer(value, bytes);
    return OK;
  }
  return INVALID_VALUE;
}
int cublasLtMatmulPreferenceInit_internal(Preference* preference, size_t size) {
  std::memset(static_cast<void*>(preference), 0, size);
  *preference = {0, {256, 256, 256, 256}};
  return size >= sizeof(Preference) ? OK : INVALID_VALUE;
}
int cublasLtMatmulPreferenceSetAttribute(Preference* preference, int attribute,
                                         const void* value, size_t bytes) {
  if (attribute == 1 && bytes == 8) {
    preference->workspace = integer(value, bytes);
    return OK;
  }
  if (attribute >= 5 && attribute <= 8 && bytes == 4) {
    preference->alignment[attribute - 5] = integer(value, bytes);
    return OK;
  }
  return INVALID_VALUE;
}
int cublasLtMatmulAlgoGetHeuristic(void* handle, const Description* d, const Layout* a,
                                   const Layout* b, const Layout* c, const Layout* out,
                                   const Preference* preference, int asked, Found* results,
                                   int* found) {
  *found = 0;
  if (handle == nullptr || asked < 1) {
    return INVALID_VALUE;
  }
  if (!agree(*d, *a, *b, *c, *out)) {
    return NOT_SUPPORTED;
  }
  Algorithm algorithm{1, {}};
  std::memcpy(algorithm.alignment, preference->alignment, sizeof algorithm.alignment);
  std::memset(static_cast<void*>(results), 0, sizeof *results);
  std::memcpy(results->algorithm, &algorithm, sizeof algorithm);
  results->workspace = WORKSPACE;
  *found = preference->workspace >= static_cast<int64_t>(WORKSPACE) ? 1 : 0;
  return OK;
}
int cublasLtMatmul(void* handle, const Description* d, const void* alpha, const void* a,
                   const Layout* la, const void* b, const Layout* lb, const void* beta,
                   const void* c, const Layout* lc, void* out, const Layout* lo,
                   const Algorithm* algorithm, void* workspace, size_t workspaceBytes,
                   void* stream) {
  const Algorithm& by = *algorithm;
  if (handle == nullptr || by.known != 1 || !agree(*d, *la, *lb, *lc, *lo) || c != out ||
      workspaceBytes < WORKSPACE || !driver_owns(workspace, workspaceBytes) ||
      !driver_owns(a, la->bytes()) || !driver_owns(b, lb->bytes()) ||
      !driver_owns(out, lo->bytes()) || !isAligned(a, by.alignment[0]) ||
      !isAligned(b, by.alignment[1]) || !isAligned(c, by.alignment[2]) ||
      !isAligned(out, by.alignment[3])) {
    return INVALID_VALUE;
  }
  float factor = *static_cast<const float*>(alpha);
  float before = *static_cast<const float*>(beta);
  int result = driver_put(
      stream, [description = *d, first = *la, second = *lb, result = *lo, factor, before, a, b,
               out] { multiply(description, factor, a, first, b, second, before, result, out); });
  return result == 0 ? OK : NOT_INITIALIZED;
}

// ---- the compiler ----

int nvrtcVersion(int* major, int* minor) {
  *major = 13;
  *minor = 0;
  return OK;
}
int nvrtcGetNumSupportedArchs(int* count) {
  *count = 3;
  return OK;
}
int nvrtcGetSupportedArchs(int* all) {
  all[0] = 75, all[1] = 80, all[2] = 90;
  return OK;
}
const char* nvrtcGetErrorString(int) { return "an error of the compiler"; }
int nvrtcCreateProgram(Program** program, const char* text, const char* name, int headers,
                       const char* const* texts, const char* const* names) {
  bool included = headers > 0;
  for (int i = 0; i < headers; i++) {
    included = included && std::strlen(texts[i]) > 0 && std::strstr(names[i], ".cuh") != nullptr;
  }
  *program = new Program{name};
  return included && std::strstr(text, "#include \"") != nullptr ? OK : 1;
}
int nvrtcCompileProgram(Program*, int count, const char* const* options) {
  bool known = false;
  for (int i = 0; i < count; i++) {
    known = known || std::strcmp(options[i], "--gpu-architecture=sm_90") == 0;
  }
  return known ? OK : 6;
}
int nvrtcGetCUBINSize(Program* program, size_t* bytes) {
  *bytes = ("code of " + program->name).size();
  return OK;
}
int nvrtcGetCUBIN(Program* program, char* code) {
  std::string all = "code of " + program->name;
  std::memcpy(code, all.data(), all.size());
  return OK;
}
int nvrtcGetProgramLogSize(Program*, size_t* bytes) {
  *bytes = 1;
  return OK;
}
int nvrtcGetProgramLog(Program*, char* log) {
  *log = 0;
  return OK;
}
int nvrtcDestroyProgram(Program** program) {
  delete *program;
  *program = nullptr;
  return OK;
}

}  // extern "C"
