package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights in float32, rounded to bfloat16 as factors of products. A rounded copy is kept as long as
 * nothing writes into the weight's memory, so that each is rounded once a step and not once a use.
 */
final class RoundedWeights implements AutoCloseable {
  private final CudaMemory memory;
  private final CudaElements elements;
  private final Map<Place, Copy> copies = new HashMap<>();
  private CudaStorage scratch;
  private boolean full;

  private record Place(CudaStorage storage, long offset, long size) {}

  private static final class Copy {
    private final Tensor rounded;
    private long changes = -1;

    Copy(Tensor rounded) {
      this.rounded = rounded;
    }
  }

  RoundedWeights(CudaMemory memory, CudaElements elements) {
    this.memory = memory;
    this.elements = elements;
  }

  /** The tensor, rounded; valid for one operation. */
  Tensor of(Tensor weight) {
    CudaStorage storage = (CudaStorage) weight.storage();
    if (!storage.isLasting() || full) {
      return passing(weight);
    }
    Place place = new Place(storage, weight.offset(), weight.size());
    Copy copy = copies.get(place);
    if (copy == null) {
      forgetFreed();
      copy = newCopy(weight);
      if (copy == null) {
        return passing(weight);
      }
      copies.put(place, copy);
    }
    if (copy.changes != storage.changes()) {
      elements.copy(weight, copy.rounded);
      copy.changes = storage.changes();
    }
    return copy.rounded.as(weight.shape());
  }

  private Copy newCopy(Tensor weight) {
    try {
      CudaStorage block = new CudaStorage(memory, ElementType.BFLOAT16, weight.size(), true);
      return new Copy(new Tensor(block, 0, weight.shape()));
    } catch (InputException _) {
      // No room to keep copies: those that there are go, and each use rounds anew.
      full = true;
      close();
      return null;
    }
  }

  private Tensor passing(Tensor weight) {
    if (scratch == null || scratch.elements() < weight.size()) {
      if (scratch != null) {
        scratch.free();
      }
      scratch = new CudaStorage(memory, ElementType.BFLOAT16, weight.size(), false);
    }
    Tensor rounded = new Tensor(scratch, 0, weight.shape());
    elements.copy(weight, rounded);
    return rounded;
  }

  private void forgetFreed() {
    List<Place> freed =
        new ArrayList<>(
            copies.keySet().stream().filter(place -> place.storage().isFreed()).toList());
    freed.forEach(place -> copies.remove(place).rounded.storage().free());
  }

  @Override
  public void close() {
    copies.values().forEach(copy -> copy.rounded.storage().free());
    copies.clear();
    if (scratch != null) {
      scratch.free();
      scratch = null;
    }
  }
}
