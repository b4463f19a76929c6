package dev.switchyard.engine.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of kernels in CUDA C++.
 *
 * @param name of the file
 * @param text of the file
 */
record KernelSource(String name, String text) {
  private static final List<String> HEADERS = List.of("kernels.cuh", "attention.cuh");

  private static final List<String> FILES =
      List.of(
          "elements.cu",
          "normalisation.cu",
          "embedding.cu",
          "attention.cu",
          "routing.cu",
          "places.cu",
          "slots.cu",
          "loss.cu",
          "sums.cu",
          "updates.cu");

  /** What uses the matrix units of Ampere and newer GPUs. */
  private static final String MATRIX_UNITS = "attention_mma.cu";

  private static final int AMPERE = 80;

  /** All that the backend launches on GPUs of a compute capability, times ten. */
  static List<KernelSource> all(int capability) {
    List<String> names = new ArrayList<>(FILES);
    if (capability >= AMPERE) {
      names.add(MATRIX_UNITS);
    }
    return names.stream().map(KernelSource::read).toList();
  }

  /** What files of kernels include. */
  static List<KernelSource> headers() {
    return HEADERS.stream().map(KernelSource::read).toList();
  }

  private static KernelSource read(String name) {
    try (InputStream in = KernelSource.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("The resource " + name + " is missing.");
      }
      return new KernelSource(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
