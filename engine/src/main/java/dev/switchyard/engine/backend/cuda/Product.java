package dev.switchyard.engine.backend.cuda;

/**
 * Products out[i] (+)= op(a[i]) op(b[i]) of row-major matrices that lie one behind the other,
 * summed in float32.
 *
 * @param count of products
 * @param m rows of the results
 * @param n columns of the results
 * @param k what is summed over
 * @param transposeA whether a is [k, m] in place of [m, k]
 * @param transposeB whether b is [n, k] in place of [k, n]
 * @param bfloat16 whether a and b are bfloat16 in place of float32
 * @param bfloat16Out whether out is
 * @param accumulate whether out is added to
 * @param tensorFloat32 whether factors of float32 may be rounded to 11 significant bits
 * @param alignment bytes of which all addresses are multiples, up to 256
 */
record Product(
    int count,
    int m,
    int n,
    int k,
    boolean transposeA,
    boolean transposeB,
    boolean bfloat16,
    boolean bfloat16Out,
    boolean accumulate,
    boolean tensorFloat32,
    int alignment) {}
