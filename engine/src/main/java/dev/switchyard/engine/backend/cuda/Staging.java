package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.HostCopy;
import java.lang.foreign.MemorySegment;

/**
 * The way between the host's memory and a device's: through memory of the host that the device
 * itself copies from and to, so that what is written is on its way when {@link #write} returns, and
 * the work that was started before goes on.
 */
final class Staging implements AutoCloseable {
  private static final int PARTS = 8;
  private static final long PART_BYTES = 1L << 20;
  private static final long ALIGNMENT = 64;

  private final CudaDevice device;
  private final MemorySegment in;
  private final MemorySegment out;
  // Of each part, the end of the last copy from it; null where there was none.
  private final CudaDevice.Event[] left = new CudaDevice.Event[PARTS];
  private int part;
  private long used;

  Staging(CudaDevice device) {
    this.device = device;
    this.in = device.allocateHost(PARTS * PART_BYTES);
    this.out = device.allocateHost(PARTS * PART_BYTES);
  }

  /** Puts a copy to the device into its stream; the source may be reused at once. */
  void write(long to, MemorySegment from) {
    long bytes = from.byteSize();
    for (long done = 0; done < bytes; ) {
      if (used == PART_BYTES || (used > 0 && used + bytes - done > PART_BYTES)) {
        nextPart();
      }
      long now = Math.min(bytes - done, PART_BYTES - used);
      MemorySegment stage = in.asSlice(part * PART_BYTES + used, now);
      HostCopy.copy(from, done, stage, 0, now);
      device.copyIn(to + done, stage, now);
      used = Math.min(PART_BYTES, Math.ceilDiv(used + now, ALIGNMENT) * ALIGNMENT);
      done += now;
    }
  }

  private void nextPart() {
    left[part] = device.record();
    part = (part + 1) % PARTS;
    used = 0;
    if (left[part] != null) {
      left[part].await();
      left[part] = null;
    }
  }

  /** Waits for all work, and copies from the device. */
  void read(long from, MemorySegment to) {
    long bytes = to.byteSize();
    for (long done = 0; done < bytes; done += out.byteSize()) {
      long now = Math.min(bytes - done, out.byteSize());
      device.copyOut(out, from + done, now);
      device.synchronize();
      HostCopy.copy(out, 0, to, done, now);
    }
  }

  @Override
  public void close() {
    device.freeHost(in);
    device.freeHost(out);
  }
}
