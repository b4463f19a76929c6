package dev.switchyard.engine.microscope;

import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** Cosines of the angles between vectors. */
final class Cosines {
  private Cosines() {}

  /**
   * Between every two: [count * count], symmetric, with ones on the diagonal. A vector of zeros has
   * a cosine of 0 with every other.
   *
   * @param vectors of one length
   */
  static float[] of(float[][] vectors, BooleanSupplier stop) {
    int count = vectors.length;
    double[] norms = new double[count];
    for (int i = 0; i < count; i++) {
      norms[i] = Math.sqrt(dot(vectors[i], vectors[i]));
    }
    float[] cosines = new float[count * count];
    for (int i = 0; i < count; i++) {
      if (stop.getAsBoolean()) {
        throw new CancellationException();
      }
      cosines[i * count + i] = 1;
      for (int j = 0; j < i; j++) {
        double norm = norms[i] * norms[j];
        float cosine = norm == 0 ? 0 : (float) (dot(vectors[i], vectors[j]) / norm);
        cosines[i * count + j] = cosine;
        cosines[j * count + i] = cosine;
      }
    }
    return cosines;
  }

  /** Summed in double precision, in four strands so that the processor need not wait for each. */
  private static double dot(float[] a, float[] b) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      first += (double) a[i] * b[i];
      second += (double) a[i + 1] * b[i + 1];
      third += (double) a[i + 2] * b[i + 2];
      fourth += (double) a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      first += (double) a[i] * b[i];
    }
    return first + second + third + fourth;
  }
}
