package dev.switchyard.engine.microscope;

import dev.switchyard.engine.store.StoredTensor;
import dev.switchyard.engine.store.TensorDirectory;
import java.util.Comparator;
import java.util.List;

/**
 * Which rows of an expert's matrices are compared: all of a small expert's, evenly spread ones of a
 * large one's, the same for every expert.
 *
 * @param every how many rows lie from one that is taken to the next
 * @param compared how many numbers that gives
 * @param held how many numbers an expert has
 */
record RowSample(long every, int compared, long held) {
  private static final long ENOUGH = 1 << 16;
  // Of all experts together: 64 MB, and some seconds to compare each with each.
  private static final long MOST = 1 << 24;

  /** For so many experts of these shapes. */
  static RowSample of(List<StoredTensor> expert, int experts) {
    long held = expert.stream().mapToLong(StoredTensor::elements).sum();
    long every = Math.max(1, Math.ceilDiv(held, Math.min(ENOUGH, Math.max(1, MOST / experts))));
    long compared = expert.stream().mapToLong(t -> rows(t, every) * width(t)).sum();
    return new RowSample(every, Math.toIntExact(compared), held);
  }

  private static long width(StoredTensor tensor) {
    return tensor.shape().length == 0 ? 1 : tensor.shape()[tensor.shape().length - 1];
  }

  private static long rows(StoredTensor tensor, long every) {
    return Math.ceilDiv(tensor.elements() / Math.max(1, width(tensor)), every);
  }

  /** The numbers of one expert; its tensors in the order of their names. */
  float[] read(TensorDirectory files, List<StoredTensor> expert) {
    float[] numbers = new float[compared];
    int place = 0;
    for (StoredTensor tensor :
        expert.stream().sorted(Comparator.comparing(StoredTensor::name)).toList()) {
      int width = Math.toIntExact(width(tensor));
      for (long row = 0; row < rows(tensor, every); row++) {
        files.floats(tensor.name(), row * every * width, numbers, place, width);
        place += width;
      }
    }
    return numbers;
  }
}
