package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A tensor's elements for Java loops. On a CPU it is the tensor's own memory; on a GPU it is a copy
 * (of at most 2 GB), which {@link #publish} brings back.
 */
final class HostWindow {
  private final Tensor tensor;
  private final INDArray copy;
  private final MemorySegment segment;
  private final boolean isDouble;

  private HostWindow(Tensor tensor, INDArray copy, MemorySegment segment) {
    this.tensor = tensor;
    this.copy = copy;
    this.segment = segment;
    this.isDouble = tensor.type() == ElementType.FLOAT64;
  }

  /** A window on what the tensor holds now. */
  static HostWindow of(Tensor tensor) {
    if (Nd4j.getEnvironment().isCPU()) {
      long address = ((Nd4jStorage) tensor.storage()).whole().data().address();
      int bytes = tensor.type().bytes();
      MemorySegment own = MemorySegment.ofAddress(address + tensor.offset() * bytes);
      return new HostWindow(tensor, null, own.reinterpret(tensor.size() * bytes));
    }
    // A view shares its block's state "newer on the host"; a copy of its own moves only itself.
    INDArray copy = Views.flat(tensor).dup();
    Nd4j.getAffinityManager().ensureLocation(copy, AffinityManager.Location.HOST);
    MemorySegment bytes =
        MemorySegment.ofBuffer(copy.data().asNio().order(ByteOrder.nativeOrder()).clear());
    return new HostWindow(tensor, copy, bytes.asSlice(0, tensor.size() * tensor.type().bytes()));
  }

  /** After writing: lets the device see it. */
  void publish() {
    if (copy != null) {
      Nd4j.getAffinityManager().tagLocation(copy, AffinityManager.Location.HOST);
      Views.flat(tensor).assign(copy);
    }
  }

  /** All bytes. */
  MemorySegment segment() {
    return segment;
  }

  double real(long index) {
    return isDouble
        ? segment.getAtIndex(ValueLayout.JAVA_DOUBLE, index)
        : segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }

  void real(long index, double value) {
    if (isDouble) {
      segment.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
    } else {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
    }
  }

  int integer(long index) {
    return segment.getAtIndex(ValueLayout.JAVA_INT, index);
  }

  void integer(long index, int value) {
    segment.setAtIndex(ValueLayout.JAVA_INT, index, value);
  }
}
