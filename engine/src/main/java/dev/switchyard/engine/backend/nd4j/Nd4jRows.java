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

  void dispatch(Tensor x, Tensor slotChoice, int choices, Tensor out) {
    Shapes.of("dispatch")
        .types(type, x, out)
        .types(ElementType.INT32, slotChoice)
        .matrix("out", out, slotChoice.size(), x.length(-1));
    gather("dispatch", x, tokens(slotChoice, choices), null, out);
  }

  /** The token of each choice; none stays none. */
  private Tensor tokens(Tensor choice, int choices) {
    if (choices == 1) {
      return choice;
    }
    Tensor token = scratch.take(ElementType.INT32, Math.toIntExact(choice.size()));
    HostWindow from = HostWindow.of(choice);
    HostWindow to = HostWindow.of(token);
    for (long s = 0; s < choice.size(); s++) {
      to.integer(s, Math.floorDiv(from.integer(s), choices)); // -1 stays -1
    }
    to.publish();
    return token;
  }

  void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    int width = dDispatched.length(-1);
    int choices = choices("dispatchBackward", slot, dX);
    Shapes.of("dispatchBackward")
        .types(type, dDispatched, dX)
        .types(ElementType.INT32, slot)
        .matrix("dX", dX, slot.size() / choices, width);
    Tensor gathered = scratch.take(dX.rows() * choices, width);
    gather("dispatchBackward", dDispatched, slot, null, gathered);
    Views.flat(dX).addi(Views.flat(sumOfChoices(gathered, choices)));
  }

  private static int choices(String operation, Tensor slot, Tensor tokens) {
    Shapes.of(operation)
        .require(
            slot.size() > 0 && slot.size() % tokens.rows() == 0,
            "some slots for each token",
            slot,
            tokens);
    return Math.toIntExact(slot.size() / tokens.rows());
  }

  /** [T * k, d] to [T, d]. */
  private Tensor sumOfChoices(Tensor rows, int choices) {
    if (choices == 1) {
      return rows;
    }
    int tokens = rows.rows() / choices;
    int width = rows.length(-1);
    Tensor sum = scratch.take(tokens, width);
    Operations.sums(Views.shaped(rows, tokens, choices, width), Views.matrix(sum), 1);
    return sum;
  }

  void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    int width = expertOut.length(-1);
    int choices = choices("combine", slot, out);
    Shapes.of("combine")
        .types(type, expertOut, gate, out)
        .types(ElementType.INT32, slot)
        .vector("gate", gate, slot.size())
        .matrix("out", out, slot.size() / choices, width);
    if (choices == 1) {
      gather("combine", expertOut, slot, gate, out);
      return;
    }
    Tensor gathered = scratch.take(out.rows() * choices, width);
    gather("combine", expertOut, slot, gate, gathered);
    Views.flat(out).assign(Views.flat(sumOfChoices(gathered, choices)));
  }

  void combineBackward(
      Tensor dOut,
      Tensor expertOut,
      Tensor slot,
      Tensor slotChoice,
      Tensor gate,
      Tensor dExpertOut,
      Tensor dGate) {
    int width = expertOut.length(-1);
    int choices = choices("combineBackward", slot, dOut);
    Shapes.of("combineBackward")
        .types(type, dOut, expertOut, gate, dExpertOut, dGate)
        .types(ElementType.INT32, slot, slotChoice)
        .matrix("dOut", dOut, slot.size() / choices, width)
        .matrix("expertOut", expertOut, slotChoice.size(), width)
        .matrix("dExpertOut", dExpertOut, slotChoice.size(), width)
        .vector("gate", gate, slot.size())
        .vector("dGate", dGate, slot.size());
    Tensor gathered = scratch.take(dOut.rows() * choices, width);
    gather("combineBackward", expertOut, slot, null, gathered);
    Operations.rowDots(
        Views.matrix(gathered), Views.matrix(ofChoices(dOut, choices)), Views.flat(dGate));

    Tensor slotGate = scratch.take(Math.toIntExact(slotChoice.size()));
    HostWindow choice = HostWindow.of(slotChoice);
    HostWindow gates = HostWindow.of(gate);
    HostWindow factors = HostWindow.of(slotGate);
    for (long s = 0; s < slotChoice.size(); s++) {
      int c = checked("combineBackward", choice.integer(s), Math.toIntExact(gate.size()));
      factors.real(s, c < 0 ? 0 : gates.real(c));
    }
    factors.publish();
    gather("combineBackward", dOut, tokens(slotChoice, choices), slotGate, dExpertOut);
  }

  /** [T, d] to [T * k, d], each row k times. */
  private Tensor ofChoices(Tensor rows, int choices) {
    if (choices == 1) {
      return rows;
    }
    Tensor token = scratch.take(ElementType.INT32, rows.rows() * choices);
    HostWindow to = HostWindow.of(token);
    for (int c = 0; c < token.size(); c++) {
      to.integer(c, c / choices);
    }
    to.publish();
    Tensor repeated = scratch.take(rows.rows() * choices, rows.length(-1));
    gather("combineBackward", rows, token, null, repeated);
    return repeated;
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
