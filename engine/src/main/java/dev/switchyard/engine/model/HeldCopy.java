package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.HostCopy;
import dev.switchyard.engine.layer.Held;
import java.lang.foreign.MemorySegment;

/** Copies between a whole tensor and the part of it that one device along the model axis holds. */
public final class HeldCopy {
  private HeldCopy() {}

  /**
   * Copies the part out of the whole.
   *
   * @param shape of the whole
   * @param bytes of an element
   */
  public static void toPart(
      MemorySegment whole, int[] shape, Held held, int bytes, MemorySegment part) {
    copy(whole, shape, held, bytes, part, true);
  }

  /** Copies the part into its place in the whole. */
  public static void toWhole(
      MemorySegment part, int[] shape, Held held, int bytes, MemorySegment whole) {
    copy(whole, shape, held, bytes, part, false);
  }

  private static void copy(
      MemorySegment whole, int[] shape, Held held, int bytes, MemorySegment part, boolean out) {
    if (!held.overModel()) {
      move(whole, 0, part, 0, part.byteSize(), out);
      return;
    }
    long inner = bytes;
    for (int i = held.axis() + 1; i < shape.length; i++) {
      inner *= shape[i];
    }
    long run = inner * shape[held.axis()] / held.count();
    long runs = part.byteSize() / run;
    for (long i = 0; i < runs; i++) {
      move(whole, (i * held.count() + held.index()) * run, part, i * run, run, out);
    }
  }

  private static void move(
      MemorySegment whole, long at, MemorySegment part, long partAt, long bytes, boolean out) {
    if (out) {
      HostCopy.copy(whole, at, part, partAt, bytes);
    } else {
      HostCopy.copy(part, partAt, whole, at, bytes);
    }
  }
}
