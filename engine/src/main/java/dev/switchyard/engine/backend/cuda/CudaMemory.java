package dev.switchyard.engine.backend.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A device's memory, taken from it in large segments and given out in blocks: to allocate and to
 * free costs the device nothing in the steady state. A block that is freed may be given out again
 * at once, since all work is in one stream, in order.
 */
final class CudaMemory implements AutoCloseable {
  private static final long ALIGNMENT = 256;
  private static final long SMALLEST_SEGMENT = 32L << 20;
  private static final long LARGEST_SEGMENT = 1L << 30;
  private static final long SEGMENTS_OF_A_DEVICE = 64;

  private final CudaDevice device;
  private final Faults faults;
  private final List<Long> segments = new ArrayList<>();
  private final Map<Long, Long> used = new HashMap<>();
  // Free blocks by address, none beside another of the same segment.
  private final TreeMap<Long, Long> free = new TreeMap<>();
  private final Map<Long, Long> segmentOf = new HashMap<>();
  private long segmentBytes;

  CudaMemory(CudaDevice device, Faults faults) {
    this.device = device;
    this.faults = faults;
  }

  /** A block; its contents are whatever was there before. */
  long allocate(long bytes) {
    long size = Math.max(1, Math.ceilDiv(bytes, ALIGNMENT)) * ALIGNMENT;
    Long at = bestFit(size);
    if (at == null) {
      at = newSegment(size);
    }
    long whole = free.remove(at);
    long segment = segmentOf.remove(at);
    if (whole > size) {
      free.put(at + size, whole - size);
      segmentOf.put(at + size, segment);
    }
    used.put(at, size);
    segmentOf.put(at, segment);
    return at;
  }

  private Long bestFit(long size) {
    Long best = null;
    long bestSize = Long.MAX_VALUE;
    for (Map.Entry<Long, Long> block : free.entrySet()) {
      if (block.getValue() >= size && block.getValue() < bestSize) {
        best = block.getKey();
        bestSize = block.getValue();
      }
    }
    return best;
  }

  private long newSegment(long size) {
    long usual =
        Math.clamp(
            device.facts().memoryBytes() / SEGMENTS_OF_A_DEVICE, SMALLEST_SEGMENT, LARGEST_SEGMENT);
    return faults.get(
        () -> {
          try {
            return segment(Math.max(size, usual));
          } catch (CudaFault fault) {
            // The usual size may be too much where the block itself would still fit.
            if (fault.kind() != CudaFault.Kind.OUT_OF_MEMORY || size >= usual) {
              throw fault;
            }
            return segment(size);
          }
        });
  }

  private long segment(long bytes) {
    long at = device.allocate(bytes);
    segments.add(at);
    segmentBytes += bytes;
    free.put(at, bytes);
    segmentOf.put(at, at);
    return at;
  }

  /** Gives a block back. */
  void free(long address) {
    Long size = used.remove(address);
    if (size == null) {
      return; // closed before the tensor was
    }
    long from = address;
    long bytes = size;
    long segment = segmentOf.remove(from);
    Map.Entry<Long, Long> before = free.lowerEntry(from);
    if (before != null
        && before.getKey() + before.getValue() == from
        && segmentOf.get(before.getKey()) == segment) {
      free.remove(before.getKey());
      segmentOf.remove(before.getKey());
      from = before.getKey();
      bytes += before.getValue();
    }
    Long behind = free.get(from + bytes);
    if (behind != null && segmentOf.get(from + bytes) == segment) {
      free.remove(from + bytes);
      segmentOf.remove(from + bytes);
      bytes += behind;
    }
    free.put(from, bytes);
    segmentOf.put(from, segment);
  }

  /** Bytes taken from the device. */
  long heldBytes() {
    return segmentBytes;
  }

  /** Bytes given out. */
  long usedBytes() {
    return used.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Gives everything back to the device. */
  @Override
  public void close() {
    if (!faults.isLost()) {
      segments.forEach(segment -> faults.run(() -> device.free(segment)));
    }
    segments.clear();
    used.clear();
    free.clear();
    segmentOf.clear();
    segmentBytes = 0;
  }
}
