package dev.switchyard.engine.observe;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A look at the weights of a model on disk, without computing with it: files are mapped, and only
 * the tensors that are asked for are read. For use by one thread at a time, but for {@link
 * #weights} and {@link #expertLayers}.
 */
public interface Inspection extends AutoCloseable {
  /** The model's name, for people. */
  String name();

  /** All tensors in the order of their files. */
  List<StoredWeight> weights();

  /** Names with which the tensors of layers with experts begin, in the order of the files. */
  List<String> expertLayers();

  /**
   * Reads one tensor twice and counts.
   *
   * @param stop asked from time to time
   * @throws java.util.concurrent.CancellationException once {@code stop} says so
   * @throws dev.switchyard.engine.configuration.InputException if there is no such tensor, it holds
   *     no real numbers, or the file was cut
   */
  WeightStatistics statistics(String weight, BooleanSupplier stop);

  /**
   * Compares the experts of a layer pair by pair. Of large experts evenly spread rows are compared.
   *
   * @param layer one of {@link #expertLayers}
   * @param stop asked from time to time
   * @throws java.util.concurrent.CancellationException once {@code stop} says so
   * @throws dev.switchyard.engine.configuration.InputException if there is no such layer, or its
   *     experts have different shapes
   */
  ExpertSimilarity similarity(String layer, BooleanSupplier stop);

  /** Unmaps the files. */
  @Override
  void close();
}
