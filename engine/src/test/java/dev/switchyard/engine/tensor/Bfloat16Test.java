package dev.switchyard.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Rounding to bfloat16: to the nearest, ties to even, with nothing lost at the edges. */
final class Bfloat16Test {
  private static final float UNIT = 0x1p-7f; // from 1 to the next bfloat16

  @Test
  void roundsToTheNearest() {
    assertThat(Bfloat16.rounded(1 + 0.49f * UNIT)).isEqualTo(1);
    assertThat(Bfloat16.rounded(1 + 0.51f * UNIT)).isEqualTo(1 + UNIT);
    assertThat(Bfloat16.rounded(-1 - 0.51f * UNIT)).isEqualTo(-1 - UNIT);
  }

  @Test
  void roundsTiesToEven() {
    assertThat(Bfloat16.rounded(1 + UNIT / 2)).isEqualTo(1);
    assertThat(Bfloat16.rounded(1 + 3 * UNIT / 2)).isEqualTo(1 + 2 * UNIT);
    assertThat(Bfloat16.rounded(-1 - UNIT / 2)).isEqualTo(-1);
    // The smallest step above a tie is no tie.
    assertThat(Bfloat16.rounded(Math.nextUp(1 + UNIT / 2))).isEqualTo(1 + UNIT);
    // A tie that carries into the exponent.
    assertThat(Bfloat16.rounded(2 - UNIT / 2)).isEqualTo(2);
  }

  @Test
  void keepsZerosAndTheirSigns() {
    assertThat(Bfloat16.round(0f)).isEqualTo((short) 0);
    assertThat(Bfloat16.round(-0f)).isEqualTo((short) 0x8000);
  }

  @Test
  void keepsInfinitiesAndOverflowsToThem() {
    float largest = Bfloat16.widen((short) 0x7f7f);
    assertThat(Bfloat16.rounded(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Bfloat16.rounded(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(Bfloat16.rounded(Float.MAX_VALUE)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Bfloat16.rounded(Math.nextUp(largest))).isEqualTo(largest);
  }

  @Test
  void everyNotANumberStaysOne() {
    // The last one has its only bit in the half that is cut off.
    for (int bits : new int[] {0x7fc00000, 0xffc00000, 0x7fffffff, 0x7f800001, 0xff800001}) {
      assertThat(Bfloat16.rounded(Float.intBitsToFloat(bits))).isNaN();
    }
  }

  @Test
  void roundsSubnormalNumbersLikeOthers() {
    float step = Float.intBitsToFloat(1 << 16); // the smallest bfloat16 above 0
    assertThat(Bfloat16.rounded(step)).isEqualTo(step);
    assertThat(Bfloat16.rounded(step / 2)).isEqualTo(0);
    assertThat(Bfloat16.rounded(Math.nextUp(step / 2))).isEqualTo(step);
    assertThat(Bfloat16.rounded(1.5f * step)).isEqualTo(2 * step);
    assertThat(Bfloat16.rounded(Float.MIN_VALUE)).isEqualTo(0);
  }

  @Test
  void everyBfloat16StaysWhatItIs() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Bfloat16.widen((short) bits);
      if (!Float.isNaN(value)) {
        assertThat(Bfloat16.round(value)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void noOtherBfloat16IsNearer() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      short rounded = Bfloat16.round(value);
      if (Math.abs(value) > 1e38f || Float.isNaN(value)) {
        continue; // a neighbour may be infinite
      }
      double error = Math.abs((double) value - Bfloat16.widen(rounded));
      for (int neighbour : new int[] {rounded - 1, rounded + 1}) {
        double other = Bfloat16.widen((short) neighbour);
        assertThat(Double.isNaN(other) || Math.abs(value - other) >= error).isTrue();
      }
      boolean normal = Math.abs(value) >= Float.MIN_NORMAL;
      assertThat(!normal || error <= Bfloat16.EPSILON * Math.abs(value)).isTrue();
    }
  }
}
