package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** What moves whole rows by index: embedding, and tokens to the experts' slots and back. */
final class Nd4jRows {
  private final ElementType type;
  private final Arena scratch;

  Nd4jRows(ElementType type, Arena scratch) {
    this.type = type;
    this.scratch = scratch;
  }

  void embed(Tensor ids, Tensor table, Tensor out) {
    Shapes.of("embed")
        .types(type, table, out)
        .types(ElementType.INT32, ids)
        .matrix("out", out, ids.size(), table.length(-1));
    gather("embed", table, ids, null, out);
  }

  void embedBackward(Tensor ids, Tensor dOut, Tensor dTable) {
    Shapes.of("embedBackward")
        .types(type, dOut, dTable)
        .types(ElementType.INT32, ids)
        .matrix("dOut", dOut, ids.size(), dTable.length(-1));
    // In Java, because ND4J's scatter does not promise an order of its additions.
    HostWindow index = HostWindow.of(ids);
    HostWindow gradient = HostWindow.of(dOut);
    HostWindow sums = HostWindow.of(dTable);
    int width = dTable.length(-1);
    for (long t = 0; t < ids.size(); t++) {
      int row = checked("embedBackward", index.integer(t), dTable.rows());
      if (row >= 0) {
        addRow(gradient, t * width, sums, (long) row * width, width);
      }
    }
    sums.publish();
  }

  private static void addRow(HostWindow from, long first, HostWindow to, long at, int width) {
    for (int i = 0; i < width; i++) {
      to.real(at + i, to.real(at + i) + from.real(first + i));
    }
  }

  void dispatch(Tensor x, Tensor slotToken, Tensor out) {
    Shapes.of("dispatch")
        .types(type, x, out)
        .types(ElementType.INT32, slotToken)
        .matrix("out", out, slotToken.size(), x.length(-1));
    gather("dispatch", x, slotToken, null, out);
  }

  void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    Shapes.of("dispatchBackward")
        .types(type, dDispatched, dX)
        .types(ElementType.INT32, slot)
        .matrix("dX", dX, slot.size(), dDispatched.length(-1));
    Tensor gathered = scratch.take(dX.rows(), dX.length(-1));
    gather("dispatchBackward", dDispatched, slot, null, gathered);
    Views.flat(dX).addi(Views.flat(gathered));
  }

  void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    Shapes.of("combine")
        .types(type, expertOut, gate, out)
        .types(ElementType.INT32, slot)
        .vector("gate", gate, slot.size())
        .matrix("out", out, slot.size(), expertOut.length(-1));
    gather("combine", expertOut, slot, gate, out);
  }

  void combineBackward(
      Tensor dOut,
      Tensor expertOut,
      Tensor slot,
      Tensor slotToken,
      Tensor gate,
      Tensor dExpertOut,
      Tensor dGate) {
    int width = expertOut.length(-1);
    Shapes.of("combineBackward")
        .types(type, dOut, expertOut, gate, dExpertOut, dGate)
        .types(ElementType.INT32, slot, slotToken)
        .matrix("dOut", dOut, slot.size(), width)
        .matrix("expertOut", expertOut, slotToken.size(), width)
        .matrix("dExpertOut", dExpertOut, slotToken.size(), width)
        .vector("gate", gate, slot.size())
        .vector("dGate", dGate, slot.size());
    Tensor gathered = scratch.take(dOut.rows(), width);
    gather("combineBackward", expertOut, slot, null, gathered);
    Operations.rowDots(Views.matrix(gathered), Views.matrix(dOut), Views.flat(dGate));

    Tensor slotGate = scratch.take(Math.toIntExact(slotToken.size()));
    HostWindow token = HostWindow.of(slotToken);
    HostWindow gates = HostWindow.of(gate);
    HostWindow factors = HostWindow.of(slotGate);
    for (long s = 0; s < slotToken.size(); s++) {
      int t = checked("combineBackward", token.integer(s), dOut.rows());
      factors.real(s, t < 0 ? 0 : gates.real(t));
    }
    factors.publish();
    gather("combineBackward", dOut, slotToken, slotGate, dExpertOut);
  }

  /**
   * out[i] = factor[i] from[index[i]], or zeros where the index is negative.
   *
   * @param factor one number for each row, or null for 1
   */
  private void gather(String operation, Tensor from, Tensor index, Tensor factor, Tensor out) {
    int count = Math.toIntExact(index.size());
    Tensor rows = scratch.take(ElementType.INT32, count);
    Tensor factors = scratch.take(count);
    HostWindow given = HostWindow.of(index);
    HostWindow clamped = HostWindow.of(rows);
    HostWindow rowFactors = factor == null ? null : HostWindow.of(factor);
    HostWindow products = HostWindow.of(factors);
    boolean someNone = false;
    for (int i = 0; i < count; i++) {
      int row = checked(operation, given.integer(i), from.rows());
      someNone |= row < 0;
      clamped.integer(i, Math.max(row, 0));
      products.real(i, row < 0 ? 0 : rowFactors == null ? 1 : rowFactors.real(i));
    }
    clamped.publish();
    products.publish();
    INDArray result = Views.matrix(out);
    Nd4j.exec(
        DynamicCustomOp.builder("gather")
            .addInputs(Views.matrix(from), Views.flat(rows))
            .addOutputs(result)
            .addIntegerArguments(0)
            .build());
    if (someNone || factor != null) {
      Operations.multiply(result, Views.column(factors), result);
    }
  }

  private static int checked(String operation, int row, int rows) {
    if (row >= rows) {
      throw new IllegalArgumentException(
          operation + " got the index " + row + ", but there are only " + rows + " rows.");
    }
    return row;
  }
}
