package dev.switchyard.engine.parallel;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sums up what one rank exchanges. For the rank's thread. */
final class TrafficMeter {
  private record Key(Collective collective, String what, int ranks) {}

  private static final class Sum {
    long count;
    double bytes;
    double sent;
    double received;
    long nanos;
  }

  private final Map<Key, Sum> sums = new LinkedHashMap<>();
  private long waitingNanos;
  private long exchangingNanos;

  void count(Collective collective, String what, int ranks, Volume volume, long nanos) {
    Sum sum = sums.computeIfAbsent(new Key(collective, what, ranks), k -> new Sum());
    sum.count++;
    sum.bytes += volume.bytes();
    sum.sent += volume.sent();
    sum.received += volume.received();
    sum.nanos += nanos;
  }

  void waited(long nanos) {
    waitingNanos += nanos;
  }

  void exchanged(long nanos) {
    exchangingNanos += nanos;
  }

  Traffic take() {
    List<Traffic.Exchange> exchanges =
        sums.entrySet().stream()
            .map(
                e ->
                    new Traffic.Exchange(
                        e.getKey().collective(),
                        e.getKey().what(),
                        e.getKey().ranks(),
                        e.getValue().count,
                        e.getValue().bytes,
                        e.getValue().sent,
                        e.getValue().received,
                        e.getValue().nanos * 1e-9))
            .toList();
    Traffic traffic = new Traffic(exchanges, waitingNanos * 1e-9, exchangingNanos * 1e-9);
    sums.clear();
    waitingNanos = 0;
    exchangingNanos = 0;
    return traffic;
  }
}
