package dev.switchyard.views.inspect;

import dev.switchyard.engine.observe.ExpertSimilarity;
import dev.switchyard.engine.observe.Inspection;
import dev.switchyard.engine.observe.WeightStatistics;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model whose files are open. Only the newest question is answered: one that is being answered
 * ends with a {@code CancellationException} when the next of its kind comes, or the model is
 * closed. Closing waits for that end.
 */
final class OpenModel implements AutoCloseable {
  private final Inspection inspection;
  private final AtomicInteger statistics = new AtomicInteger();
  private final AtomicInteger similarities = new AtomicInteger();
  private volatile boolean closed;

  OpenModel(Inspection inspection) {
    this.inspection = inspection;
  }

  /** What it holds; known from the beginning. */
  InspectModel.Subject subject() {
    return new InspectModel.Subject(
        inspection.name(), inspection.weights(), inspection.expertLayers());
  }

  WeightStatistics statistics(String weight) {
    int mine = statistics.incrementAndGet();
    synchronized (this) {
      return inspection.statistics(weight, () -> closed || statistics.get() != mine);
    }
  }

  ExpertSimilarity similarity(String layer) {
    int mine = similarities.incrementAndGet();
    synchronized (this) {
      return inspection.similarity(layer, () -> closed || similarities.get() != mine);
    }
  }

  /** Says that nobody waits for answers any more. */
  void stop() {
    closed = true;
  }

  @Override
  public void close() {
    stop();
    synchronized (this) {
      inspection.close();
    }
  }
}
