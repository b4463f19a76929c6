package dev.switchyard.engine.backend.cpu;

/**
 * The shape of one product of bfloat16 matrices: c [m, n] = op(a) op(b), or c += op(a) op(b),
 * summed in float32. Leading dimensions are the distances between rows as stored, in elements.
 *
 * @param transposeA whether a is stored as [k, m]
 * @param transposeB whether b is stored as [n, k]
 * @param wide whether c is float32; else it is bfloat16, rounded once
 * @param accumulate whether the product is added to what c has
 */
record BlockShape(
    boolean transposeA,
    boolean transposeB,
    int m,
    int n,
    int k,
    int rowA,
    int rowB,
    int rowC,
    boolean wide,
    boolean accumulate) {

  /** Bytes of an element of c. */
  int bytesC() {
    return wide ? 4 : 2;
  }
}
