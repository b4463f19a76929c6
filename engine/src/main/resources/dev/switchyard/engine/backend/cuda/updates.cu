// The optimizers' updates of all parameters at once, through tables of where they lie.
#include "kernels.cuh"

namespace {

// ---- AdamW ----

// The step's numbers, in the order of the kernel's arguments.
struct AdamFactors {
  float gradient;
  float beta1;
  float rest1;
  float beta2;
  float rest2;
  float root;
  float epsilon;
  float rate;
  float decay;
};

__device__ __forceinline__ void adamW(float* parameter, const float* gradient, float* m, float* v,
                                      i64 n, i64 first, i64 stride, const AdamFactors& f) {
  bool wide = aligned(parameter, gradient, m, v);
  for (i64 i = first; i < n; i += stride) {
    float p[8];
    float g[8];
    float mean[8];
    float square[8];
    loadSome(parameter + i, n - i, wide, p);
    loadSome(gradient + i, n - i, wide, g);
    loadSome(m + i, n - i, wide, mean);
    loadSome(v + i, n - i, wide, square);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      float scaled = g[j] * f.gradient;
      mean[j] = fmaf(mean[j], f.beta1, scaled * f.rest1);
      square[j] = fmaf(square[j], f.beta2, scaled * scaled * f.rest2);
      float root = fmaf(sqrtf(square[j]), f.root, f.epsilon);
      p[j] = fmaf(p[j], f.decay, mean[j] * -f.rate / root);
    }
    storeSome(m + i, n - i, wide, mean);
    storeSome(v + i, n - i, wide, square);
    storeSome(parameter + i, n - i, wide, p);
  }
}

// A part of a parameter; group: whose factors.
struct AdamPiece {
  float* parameter;
  float* gradient;
  float* m;
  float* v;
  i64 n;
  int group;
  int unused;
};

// ---- Adafactor ----

// A matrix of a parameter, and scratch for it.
struct Matrix {
  float* parameter;
  float* gradient;
  float* rows;        // second moments, [R]
  float* columns;     // [C]
  float* columnSums;  // scratch [blocks, C]; later 1 / root of the columns' moments in the first C
  double* figures;    // scratch [blocks, 2]: squares of the parameter, of the update
  float* means;       // scratch [2]: mean of the rows' moments; the rate
  int r;
  int c;
  int blocks;      // of rows
  int stack;       // first matrix of the parameter
  int stackCount;  // matrices of the parameter
  int unused;

  __device__ __forceinline__ int start(int block) const {
    return static_cast<int>(partStart(r, blocks, block));
  }
};

// The step's numbers.
struct AdafactorNumbers {
  double learningRate;
  double beta2;
  double epsilon;
  double smallestScale;
  double clipThreshold;
  double gradientScale;
  double together;  // not 0: the root mean squares are those of the whole parameter

  __device__ __forceinline__ float blended(float moment, double now) const {
    return static_cast<float>(beta2 * moment + (1 - beta2) * now);
  }
  // The factor on an update, given the root mean squares of the parameter and the update.
  __device__ __forceinline__ double rate(double ofParameter, double ofUpdate) const {
    return learningRate * fmax(smallestScale, ofParameter) / fmax(1.0, ofUpdate / clipThreshold);
  }
};

constexpr int STRETCH = 1024;
constexpr int PARTS = STRETCH / 256;
constexpr int MOST_ROWS = 512;

// Row moments, sums of the columns, and the squares of the parameter, of a block of rows: a warp
// has every eighth row.
__device__ __forceinline__ void collect(const Matrix& matrix, int block,
                                        const AdafactorNumbers& step) {
  SHARED(float, sums, 8 * STRETCH);
  SHARED(float, rowSums, MOST_ROWS);
  int d = matrix.c;
  int first = matrix.start(block);
  int last = matrix.start(block + 1);
  float scale = static_cast<float>(step.gradientScale);
  float epsilon = static_cast<float>(step.epsilon);
  bool wide = d % 8 == 0 && aligned(matrix.parameter, matrix.gradient);
  double squares = 0;
  for (int i = threadIdx.x; i < MOST_ROWS; i += blockDim.x) {
    rowSums[i] = 0;
  }
  __syncthreads();
  for (int base = 0; base < d; base += STRETCH) {
    float columns[PARTS][8] = {};
    for (int row = first + warp(); row < last; row += 8) {
      i64 at = static_cast<i64>(row) * d;
      float rowSum = 0;
      float ofParameter = 0;
#pragma unroll
      for (int part = 0; part < PARTS; part++) {
        int c = base + part * 256 + lane() * 8;
        if (c < d) {
          float g[8];
          float p[8];
          loadSome(matrix.gradient + at + c, d - c, wide, g);
          loadSome(matrix.parameter + at + c, d - c, wide, p);
#pragma unroll
          for (int j = 0; j < 8; j++) {
            float scaled = g[j] * scale;
            float square = c + j < d ? fmaf(scaled, scaled, epsilon) : 0.0f;
            rowSum += square;
            columns[part][j] += square;
            ofParameter = fmaf(p[j], p[j], ofParameter);
          }
        }
      }
      squares += ofParameter;
      rowSum = warpSum(rowSum);
      if (lane() == 0) {
        rowSums[row - first] += rowSum;
      }
    }
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
#pragma unroll
      for (int j = 0; j < 8; j++) {
        sums[warp() * STRETCH + part * 256 + j * 32 + lane()] = columns[part][j];
      }
    }
    __syncthreads();
    for (int i = threadIdx.x; i < STRETCH; i += blockDim.x) {
      int c = base + (i & ~255) + (i & 31) * 8 + (i >> 5 & 7);
      float sum = 0;
      for (int w = 0; w < 8; w++) {
        sum += sums[w * STRETCH + i];
      }
      if (c < d) {
        matrix.columnSums[static_cast<i64>(block) * d + c] = sum;
      }
    }
    __syncthreads();
  }
  for (int row = first + static_cast<int>(threadIdx.x); row < last; row += blockDim.x) {
    matrix.rows[row] = step.blended(matrix.rows[row], rowSums[row - first] / static_cast<float>(d));
  }
  squares = blockSum(squares);
  if (threadIdx.x == 0) {
    matrix.figures[2 * block] = squares;
  }
}

// Moments of the columns from `first` to `last`; leaves 1 / root where the first block's sums were.
__device__ __forceinline__ void finishColumns(const Matrix& matrix, int first, int last,
                                              const AdafactorNumbers& step) {
  for (int c = first + static_cast<int>(threadIdx.x); c < last; c += blockDim.x) {
    double sum = 0;
#pragma unroll 4
    for (int block = 0; block < matrix.blocks; block++) {
      sum += matrix.columnSums[static_cast<i64>(block) * matrix.c + c];
    }
    float moment = step.blended(matrix.columns[c], sum / matrix.r);
    matrix.columns[c] = moment;
    matrix.columnSums[c] = static_cast<float>(1 / sqrt(static_cast<double>(moment)));
  }
}

__device__ __forceinline__ void meanOfRows(const Matrix& matrix) {
  double sum = 0;
  for (int row = threadIdx.x; row < matrix.r; row += blockDim.x) {
    sum += matrix.rows[row];
  }
  sum = blockSum(sum);
  if (threadIdx.x == 0) {
    matrix.means[0] = static_cast<float>(sum / matrix.r);
  }
}

// What a row's gradients are multiplied by, apart from the columns' factors.
__device__ __forceinline__ float rowFactor(const Matrix& matrix, int row,
                                           const AdafactorNumbers& step) {
  double share = static_cast<double>(matrix.rows[row]) / matrix.means[0];
  return static_cast<float>(step.gradientScale / sqrt(share));
}

__device__ __forceinline__ void sumUpdateSquares(const Matrix& matrix, int block,
                                                 const AdafactorNumbers& step) {
  int d = matrix.c;
  bool wide = d % 8 == 0 && aligned(matrix.gradient, matrix.columnSums);
  double squares = 0;
  for (int row = matrix.start(block) + warp(); row < matrix.start(block + 1); row += 8) {
    double factor = rowFactor(matrix, row, step);
    float sum = 0;
    for (int c = lane() * 8; c < d; c += 256) {
      float g[8];
      float inverse[8];
      loadSome(matrix.gradient + static_cast<i64>(row) * d + c, d - c, wide, g);
      loadSome(matrix.columnSums + c, d - c, wide, inverse);
#pragma unroll
      for (int j = 0; j < 8; j++) {
        float product = g[j] * inverse[j];
        sum = fmaf(product, product, sum);
      }
    }
    squares += factor * factor * sum;
  }
  squares = blockSum(squares);
  if (threadIdx.x == 0) {
    matrix.figures[2 * block + 1] = squares;
  }
}

// The rates of `count` matrices, by a block: a warp each, or a warp a parameter where its matrices
// are taken together.
__device__ __forceinline__ void findRates(const Matrix* all, int count,
                                          const AdafactorNumbers& step) {
  for (int i = warp(); i < count; i += static_cast<int>(blockDim.x >> 5)) {
    Matrix first = all[i];
    bool together = step.together != 0;
    if (together && first.stack != i) {
      continue;
    }
    int matrices = together ? first.stackCount : 1;
    double ofParameter = 0;
    double ofUpdate = 0;
    for (int m = i; m < i + matrices; m++) {
      Matrix matrix = all[m];
      for (int block = lane(); block < matrix.blocks; block += 32) {
        ofParameter += matrix.figures[2 * block];
        ofUpdate += matrix.figures[2 * block + 1];
      }
    }
    double elements = static_cast<double>(matrices) * first.r * first.c;
    double rate = step.rate(sqrt(warpSum(ofParameter) / elements),
                            sqrt(warpSum(ofUpdate) / elements));
    for (int m = i + lane(); m < i + matrices; m += 32) {
      all[m].means[1] = static_cast<float>(rate);
    }
  }
}

__device__ __forceinline__ void apply(const Matrix& matrix, int block,
                                      const AdafactorNumbers& step) {
  int d = matrix.c;
  bool wide = d % 8 == 0 && aligned(matrix.parameter, matrix.gradient, matrix.columnSums);
  float rate = matrix.means[1];
  for (int row = matrix.start(block) + warp(); row < matrix.start(block + 1); row += 8) {
    float factor = -rate * rowFactor(matrix, row, step);
    i64 at = static_cast<i64>(row) * d;
    for (int c = lane() * 8; c < d; c += 256) {
      float g[8];
      float inverse[8];
      float p[8];
      loadSome(matrix.gradient + at + c, d - c, wide, g);
      loadSome(matrix.columnSums + c, d - c, wide, inverse);
      loadSome(matrix.parameter + at + c, d - c, wide, p);
#pragma unroll
      for (int j = 0; j < 8; j++) {
        p[j] = fmaf(g[j] * inverse[j], factor, p[j]);
      }
      storeSome(matrix.parameter + at + c, d - c, wide, p);
    }
  }
}

// A vector, or anything with its whole second moment, by one block.
__device__ __forceinline__ void updateVector(float* parameter, const float* gradient, float* moment,
                                             i64 n, const AdafactorNumbers& step) {
  double ofParameter = 0;
  double ofUpdate = 0;
  for (i64 i = threadIdx.x; i < n; i += blockDim.x) {
    double g = step.gradientScale * gradient[i];
    float now = step.blended(moment[i], g * g + step.epsilon);
    moment[i] = now;
    ofParameter += static_cast<double>(parameter[i]) * parameter[i];
    ofUpdate += g * g / now;
  }
  double elements = static_cast<double>(n);
  ofParameter = sqrt(blockSum(ofParameter) / elements);
  double rate = step.rate(ofParameter, sqrt(blockSum(ofUpdate) / elements));
  for (i64 i = threadIdx.x; i < n; i += blockDim.x) {
    double update = step.gradientScale * gradient[i] / sqrt(static_cast<double>(moment[i]));
    parameter[i] = static_cast<float>(parameter[i] - rate * update);
  }
}

// A vector of a table.
struct Vector {
  float* parameter;
  float* gradient;
  float* moment;
  i64 n;
};

// Which block of rows of which matrix a block of the grid has.
struct RowBlock {
  int matrix;
  int block;
};

}  // namespace

KERNEL(adam_w, 256,
       (const AdamPiece* pieces, int count, const float* factors)) {
  AdamPiece own = pieces[blockIdx.x];
  const float* f = factors + own.group * 9;
  AdamFactors step{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8]};
  adamW(own.parameter, own.gradient, own.m, own.v, own.n, static_cast<i64>(threadIdx.x) * 8,
        static_cast<i64>(blockDim.x) * 8, step);
}

// Adafactor of all parameters. The step's numbers are in memory, so that a graph may replay it.

KERNEL(adafactor_collect, 256, (const Matrix* matrices, const RowBlock* blocks, int count,
                                     const AdafactorNumbers* numbers)) {
  RowBlock own = blocks[blockIdx.x];
  collect(matrices[own.matrix], own.block, *numbers);
}
KERNEL(adafactor_columns, 256,
       (const Matrix* matrices, int count, const AdafactorNumbers* numbers)) {
  Matrix own = matrices[blockIdx.x];
  finishColumns(own, 0, own.c, *numbers);
  meanOfRows(own);
}
KERNEL(adafactor_squares, 256,
       (const Matrix* matrices, int matrixCount, const RowBlock* blocks, int count,
        unsigned* ticket, const AdafactorNumbers* numbers)) {
  RowBlock own = blocks[blockIdx.x];
  AdafactorNumbers step = *numbers;
  sumUpdateSquares(matrices[own.matrix], own.block, step);
  if (lastOfGrid(ticket)) {
    findRates(matrices, matrixCount, step);
  }
}
KERNEL(adafactor_apply, 256, (const Matrix* matrices, const RowBlock* blocks, int count,
                                   const AdafactorNumbers* numbers)) {
  RowBlock own = blocks[blockIdx.x];
  apply(matrices[own.matrix], own.block, *numbers);
}
KERNEL(adafactor_vector, 256, (const Vector* vectors, int count,
                                    const AdafactorNumbers* numbers)) {
  Vector own = vectors[blockIdx.x];
  updateVector(own.parameter, own.gradient, own.moment, own.n, *numbers);
}
