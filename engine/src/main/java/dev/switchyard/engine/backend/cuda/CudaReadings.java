package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.HostCopy;
import dev.switchyard.engine.backend.HostNumbers;
import dev.switchyard.engine.backend.Reading;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Tensors that the host reads while the device goes on. In its turn the work moves them to a place
 * apart on the device, so that whatever owns their memory may overwrite it at once; from there they
 * cross beside the stream into memory of the host. Places are used again and again, and there are
 * only so many: where all are taken, the oldest reading is waited for, and lies in the Java heap
 * from then on.
 */
final class CudaReadings implements AutoCloseable {
  /** How many readings may be under way. */
  static final int MOST = 8;

  private static final long ALIGNMENT = 64;

  private final CudaDevice device;
  private final Faults faults;
  private final CudaMemory memory;
  private final CudaQueue queue;
  private final List<Place> free = new ArrayList<>();
  private final Deque<OnItsWay> underWay = new ArrayDeque<>();

  /** Where one reading at a time lies, on the device and in the host's memory. */
  private record Place(long onDevice, MemorySegment onHost) {}

  private final class OnItsWay implements Reading {
    private final List<Tensor> tensors;
    private final HostNumbers numbers;
    private final Place place;
    private final CudaDevice.Event end;
    private boolean here;

    OnItsWay(List<Tensor> tensors, Place place, CudaDevice.Event end) {
      this.tensors = tensors;
      this.numbers = new HostNumbers(tensors);
      this.place = place;
      this.end = end;
    }

    @Override
    public boolean isHere() {
      return here || faults.get(end::isPast);
    }

    @Override
    public HostNumbers take() {
      if (!here) {
        faults.run(end::await);
        long at = 0;
        for (Tensor tensor : tensors) {
          long bytes = bytes(tensor);
          HostCopy.copy(place.onHost, at, numbers.place(tensor), 0, bytes);
          at += padded(bytes);
        }
        here = true;
        underWay.remove(this);
        free.add(place);
      }
      return numbers;
    }
  }

  CudaReadings(CudaDevice device, Faults faults, CudaMemory memory, CudaQueue queue) {
    this.device = device;
    this.faults = faults;
    this.memory = memory;
    this.queue = queue;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#readLater}. */
  Reading read(List<Tensor> tensors) {
    long size = tensors.stream().mapToLong(tensor -> padded(bytes(tensor))).sum();
    Place place = place(Math.max(ALIGNMENT, size));
    // Not among the queue's commands: places change from step to step, and graphs hold addresses.
    queue.flush();
    CudaDevice.Event end = faults.get(() -> send(tensors, place, size));
    OnItsWay reading = new OnItsWay(List.copyOf(tensors), place, end);
    underWay.add(reading);
    return reading;
  }

  private CudaDevice.Event send(List<Tensor> tensors, Place place, long size) {
    long at = place.onDevice;
    for (Tensor tensor : tensors) {
      long bytes = bytes(tensor);
      if (bytes > 0) {
        CudaStorage storage = (CudaStorage) tensor.storage();
        long from = storage.address() + tensor.offset() * storage.type().bytes();
        device.copy(at, from, bytes);
      }
      at += padded(bytes);
    }
    return device.copyOutBeside(place.onHost, place.onDevice, Math.max(ALIGNMENT, size));
  }

  private static long bytes(Tensor tensor) {
    return tensor.size() * tensor.type().bytes();
  }

  private static long padded(long bytes) {
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }

  /** The smallest free place that is large enough, or a new one. */
  private Place place(long size) {
    if (underWay.size() == MOST) {
      underWay.element().take();
    }
    Place best = null;
    for (Place each : free) {
      long bytes = each.onHost.byteSize();
      if (bytes >= size && (best == null || bytes < best.onHost.byteSize())) {
        best = each;
      }
    }
    if (best != null) {
      free.remove(best);
      return best;
    }
    if (free.size() + underWay.size() >= MOST) {
      // Those that are free are too small for what is read now.
      release(free.removeFirst());
    }
    long onDevice = memory.allocate(size);
    return new Place(onDevice, faults.get(() -> device.allocateHost(size)));
  }

  private void release(Place place) {
    memory.free(place.onDevice);
    faults.run(() -> device.freeHost(place.onHost));
  }

  /** Waits for what is under way. */
  @Override
  public void close() {
    if (!faults.isLost()) {
      while (!underWay.isEmpty()) {
        underWay.element().take();
      }
      free.forEach(this::release);
    }
    underWay.clear();
    free.clear();
  }
}
