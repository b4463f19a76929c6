package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.store.CsvFile;
import java.util.List;

/** What the devices of a step sent one another, as data. */
final class MeshTable {
  private MeshTable() {}

  /** A line a device and kind of exchange, as {@code metrics.jsonl} has them. */
  static CsvFile of(MeshPicture.Content content) {
    CsvFile csv =
        new CsvFile(
            List.of(
                "step",
                "rank",
                "data",
                "expert",
                "model",
                "collective",
                "what",
                "ranks",
                "count",
                "bytes",
                "sent_bytes",
                "received_bytes",
                "seconds"));
    for (DeviceReport device : content.devices()) {
      for (DeviceReport.Exchange each : device.exchanges()) {
        csv.add(
            List.of(
                content.step(),
                device.rank(),
                device.data(),
                device.expert(),
                device.model(),
                each.collective(),
                each.what(),
                each.ranks(),
                each.count(),
                each.bytes(),
                each.sentBytes(),
                each.receivedBytes(),
                each.seconds()));
      }
    }
    return csv;
  }
}
