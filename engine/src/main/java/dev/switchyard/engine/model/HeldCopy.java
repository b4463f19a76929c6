package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Held;
import dev.switchyard.engine.tensor.Tensor;
import dev.switchyard.engine.tensor.Transport;
import java.lang.foreign.MemorySegment;

/** Copies between a whole tensor and the part of it that one device along the model axis holds. */
public final class HeldCopy {
  private HeldCopy() {}

  /**
   * Copies the part out of the whole; the backend is at rest.
   *
   * @param held over the model axis
   * @param backend that reaches both
   * @param shape of the whole
   */
  public static void toPart(Backend backend, Tensor whole, int[] shape, Held held, Tensor part) {
    copy(backend, whole, shape, held, part, true);
  }

  /** Copies the part into its place in the whole. */
  public static void toWhole(Backend backend, Tensor part, int[] shape, Held held, Tensor whole) {
    copy(backend, whole, shape, held, part, false);
  }

  private static void copy(
      Backend backend, Tensor whole, int[] shape, Held held, Tensor part, boolean out) {
    MemorySegment all = backend.memory(whole);
    MemorySegment some = backend.memory(part);
    Transport transport = backend.transport();
    long inner = whole.type().bytes();
    for (int i = held.axis() + 1; i < shape.length; i++) {
      inner *= shape[i];
    }
    long run = inner * shape[held.axis()] / held.count();
    long runs = some.byteSize() / run;
    for (long i = 0; i < runs; i++) {
      MemorySegment place = all.asSlice((i * held.count() + held.index()) * run, run);
      MemorySegment piece = some.asSlice(i * run, run);
      transport.copy(out ? place : piece, out ? piece : place);
    }
    transport.finish();
  }
}
