package dev.switchyard.engine.tensor;

/**
 * The 16-bit floating point of {@link ElementType#BFLOAT16}: the upper half of a float32, that is
 * its sign, its 8 bits of exponent and 7 of its 23 bits of fraction. It has the range of float32,
 * and about two and a half decimal digits.
 */
public final class Bfloat16 {
  /** Largest relative error of {@link #round} for normal numbers: half a unit in the last place. */
  public static final double EPSILON = 0x1p-8;

  private static final int QUIET = 0x0040;

  private Bfloat16() {}

  /**
   * The nearest bfloat16, and of two equally near the one whose last bit is 0. What is beyond the
   * largest finite number by half a unit or more becomes infinite; subnormal numbers are rounded
   * like others; a NaN stays a NaN, made quiet, so that dropping its lower bits cannot make it an
   * infinity.
   */
  public static short round(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | QUIET);
    }
    int lastBit = bits >>> 16 & 1;
    return (short) (bits + 0x7fff + lastBit >>> 16);
  }

  /** The same number as a float32, exactly. */
  public static float widen(short bfloat16) {
    return Float.intBitsToFloat(bfloat16 << 16);
  }

  /** The float32 that {@link #round} leaves of a number. */
  public static float rounded(float value) {
    return widen(round(value));
  }
}
