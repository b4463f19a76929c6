package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Transport;
import java.lang.foreign.MemorySegment;

/**
 * Between buffers on one GPU, which several ranks share: copies and sums stay on it. Buffers that
 * lie in the host's memory, such as the sum of a norm, are left to the host; in one call all lie on
 * the same side.
 */
final class CudaTransport implements Transport {
  private final CudaDevice device;
  private final Faults faults;
  private final boolean owning;
  // Where kernels find the addresses of the buffers.
  private long table;
  private int tableLength;

  /**
   * A transport in a device's stream.
   *
   * @param owning whether the device is closed with it
   */
  CudaTransport(CudaDevice device, Faults faults, boolean owning) {
    this.device = device;
    this.faults = faults;
    this.owning = owning;
  }

  @Override
  public synchronized void copy(MemorySegment from, MemorySegment to) {
    if (isOnHost(from)) {
      HOST.copy(from, to);
    } else {
      faults.run(() -> device.copy(to.address(), from.address(), from.byteSize()));
    }
  }

  @Override
  public synchronized void sum(ElementType type, MemorySegment[] from, MemorySegment[] to) {
    if (from[0].byteSize() == 0) {
      return;
    }
    if (isOnHost(from[0])) {
      HOST.sum(type, from, to);
    } else {
      faults.run(() -> sumOnDevice(type, from, to));
    }
  }

  private void sumOnDevice(ElementType type, MemorySegment[] from, MemorySegment[] to) {
    makeRoom(from.length + to.length);
    long toTable = table + (long) Long.BYTES * from.length;
    for (int i = 0; i < from.length; i++) {
      device.write(table + (long) Long.BYTES * i, from[i].address());
    }
    for (int i = 0; i < to.length; i++) {
      device.write(toTable + (long) Long.BYTES * i, to[i].address());
    }
    long elements = from[0].byteSize() / type.bytes();
    device.launch(
        Launch.of(
            "ordered_sum_" + CudaWork.suffix(type),
            Launch.Grid.elements(elements),
            table,
            from.length,
            toTable,
            to.length,
            elements));
  }

  private void makeRoom(int addresses) {
    if (addresses > tableLength) {
      freeTable();
      table = device.allocate((long) Long.BYTES * addresses);
      tableLength = addresses;
    }
  }

  private void freeTable() {
    if (tableLength > 0) {
      device.free(table);
      tableLength = 0;
    }
  }

  private boolean isOnHost(MemorySegment buffer) {
    return buffer.byteSize() == 0 || !faults.get(() -> device.holds(buffer.address()));
  }

  @Override
  public synchronized void finish() {
    faults.run(device::synchronize);
  }

  @Override
  public synchronized void close() {
    if (!faults.isLost()) {
      faults.run(this::freeTable);
    }
    if (owning) {
      device.close();
    }
  }
}
