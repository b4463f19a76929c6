package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.HostCopy;
import java.lang.foreign.MemorySegment;

/**
 * The way between the host's memory and a device's: through memory of the host that the device
 * itself copies from and to. What is written crosses to a place of its own on the device while the
 * work that was started before goes on, and is moved from there, in its turn, where it belongs: so
 * that the next batch comes in while the present one is computed.
 */
final class Staging implements AutoCloseable {
  private static final int PARTS = 8;
  private static final long PART_BYTES = 1L << 20;
  private static final long ALIGNMENT = 64;

  private final CudaDevice device;
  private final MemorySegment in;
  private final MemorySegment out;
  // On the device, as long as `in` and divided like it.
  private final long landing;
  // Of each part, the end of the last copy from it; null where there was none.
  private final CudaDevice.Event[] left = new CudaDevice.Event[PARTS];
  private int part;
  private long used;

  Staging(CudaDevice device) {
    this.device = device;
    this.in = device.allocateHost(PARTS * PART_BYTES);
    this.out = device.allocateHost(PARTS * PART_BYTES);
    this.landing = device.allocate(PARTS * PART_BYTES);
  }

  /** Puts a copy to the device into its stream; the source may be reused at once. */
  void write(long to, MemorySegment from) {
    long bytes = from.byteSize();
    for (long done = 0; done < bytes; ) {
      if (used == PART_BYTES || (used > 0 && used + bytes - done > PART_BYTES)) {
        nextPart();
      }
      long now = Math.min(bytes - done, PART_BYTES - used);
      long at = part * PART_BYTES + used;
      MemorySegment stage = in.asSlice(at, now);
      HostCopy.copy(from, done, stage, 0, now);
      device.copyInBeside(landing + at, stage, now);
      device.copy(to + done, landing + at, now);
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
    device.free(landing);
    device.freeHost(in);
    device.freeHost(out);
  }
}
