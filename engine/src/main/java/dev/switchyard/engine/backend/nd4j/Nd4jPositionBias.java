package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;

/** The relative position bias; so little data that plain loops beat any kernel's start. */
final class Nd4jPositionBias {
  private final ElementType type;

  Nd4jPositionBias(ElementType type) {
    this.type = type;
  }

  void forward(Tensor table, Tensor bucket, Tensor out) {
    check("positionBias", table, bucket, out);
    HostWindow from = HostWindow.of(table);
    HostWindow buckets = HostWindow.of(bucket);
    HostWindow to = HostWindow.of(out);
    int heads = table.length(1);
    for (int h = 0; h < heads; h++) {
      for (long i = 0; i < bucket.size(); i++) {
        to.real(h * bucket.size() + i, from.real((long) buckets.integer(i) * heads + h));
      }
    }
    to.publish();
  }

  void backward(Tensor bucket, Tensor dBias, Tensor dTable) {
    check("positionBiasBackward", dTable, bucket, dBias);
    HostWindow from = HostWindow.of(dBias);
    HostWindow buckets = HostWindow.of(bucket);
    HostWindow sums = HostWindow.of(dTable);
    int heads = dTable.length(1);
    double[] added = new double[Math.toIntExact(dTable.size())];
    for (int h = 0; h < heads; h++) {
      for (long i = 0; i < bucket.size(); i++) {
        added[buckets.integer(i) * heads + h] += from.real(h * bucket.size() + i);
      }
    }
    for (int i = 0; i < added.length; i++) {
      sums.real(i, sums.real(i) + added[i]);
    }
    sums.publish();
  }

  private void check(String operation, Tensor table, Tensor bucket, Tensor bias) {
    Shapes.of(operation)
        .types(type, table, bias)
        .types(ElementType.INT32, bucket)
        .require(
            table.rank() == 2
                && bucket.rank() == 2
                && bias.rank() == 3
                && bias.length(0) == table.length(1)
                && bias.length(1) == bucket.length(0)
                && bias.length(2) == bucket.length(1),
            "a table [buckets, H], buckets [Lq, Lk] and a bias [H, Lq, Lk]",
            table,
            bucket,
            bias);
    HostWindow buckets = HostWindow.of(bucket);
    for (long i = 0; i < bucket.size(); i++) {
      if (buckets.integer(i) < 0 || buckets.integer(i) >= table.length(0)) {
        throw new IllegalArgumentException(
            operation + " got bucket " + buckets.integer(i) + " of a table " + table + ".");
      }
    }
  }
}
