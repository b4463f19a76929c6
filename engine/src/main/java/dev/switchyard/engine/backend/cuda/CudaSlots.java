package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;

/** Tokens to the experts' slots and back. Methods as in {@link CudaElements}. */
final class CudaSlots {
  private static final int ROWS_A_BLOCK = 8;

  private final CudaWork work;

  CudaSlots(CudaWork work) {
    this.work = work;
  }

  boolean dispatch(Tensor x, Tensor slotChoice, int choices, Tensor out) {
    int d = x.length(-1);
    int slots = Math.toIntExact(slotChoice.size());
    Shapes.of("dispatch").matrix("out", out, slots, d).types(ElementType.INT32, slotChoice);
    boolean served = CudaWork.areOneReal(x, out);
    if (served && out.size() > 0) {
      work.launch(
          "dispatch_" + CudaWork.suffix(x),
          Grid.rows(slots),
          work.in(x),
          work.in(slotChoice),
          work.out(out),
          slots,
          d,
          choices);
    }
    return served;
  }

  boolean dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    int d = dDispatched.length(-1);
    int tokens = dX.rows();
    int k = choices("dispatchBackward", slot, tokens);
    Shapes.of("dispatchBackward").matrix("dX", dX, tokens, d);
    boolean served = CudaWork.areOneReal(dDispatched, dX);
    if (served && dX.size() > 0) {
      work.launch(
          "dispatch_backward_" + CudaWork.suffix(dX),
          Grid.rows(tokens),
          work.in(dDispatched),
          work.in(slot),
          work.out(dX),
          tokens,
          d,
          k);
    }
    return served;
  }

  /** Choices of a token, where there is a slot for each. */
  private static int choices(String operation, Tensor slot, int tokens) {
    Shapes.of(operation)
        .types(ElementType.INT32, slot)
        .require(
            tokens > 0 && slot.size() > 0 && slot.size() % tokens == 0,
            "some slots for each of " + tokens + " tokens",
            slot);
    return Math.toIntExact(slot.size() / tokens);
  }

  /** Whether gates of this type stand beside activations of that. */
  private static boolean fits(Tensor activations, Tensor gates) {
    return gates.type() == ElementType.FLOAT32 || gates.type() == activations.type();
  }

  private static String suffix(Tensor activations, Tensor gates) {
    return CudaWork.suffix(activations) + "_" + CudaWork.suffix(gates);
  }

  boolean combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    int d = expertOut.length(-1);
    int tokens = out.rows();
    int k = choices("combine", slot, tokens);
    Shapes.of("combine").matrix("out", out, tokens, d).vector("gate", gate, (long) tokens * k);
    boolean served = CudaWork.areOneReal(expertOut, out) && fits(out, gate);
    if (served && out.size() > 0) {
      work.launch(
          "combine_" + suffix(out, gate),
          Grid.rows(tokens),
          work.in(expertOut),
          work.in(slot),
          work.in(gate),
          work.out(out),
          tokens,
          d,
          k);
    }
    return served;
  }

  boolean combineBackward(
      Tensor dOut,
      Tensor expertOut,
      Tensor slot,
      Tensor slotChoice,
      Tensor gate,
      Tensor dExpertOut,
      Tensor dGate) {
    int slots = expertOut.rows();
    int d = expertOut.length(-1);
    int tokens = dOut.rows();
    int k = choices("combineBackward", slot, tokens);
    int choices = tokens * k;
    Shapes.of("combineBackward")
        .matrix("dOut", dOut, tokens, d)
        .matrix("dExpertOut", dExpertOut, slots, d)
        .vector("slotChoice", slotChoice, slots)
        .vector("gate", gate, choices)
        .vector("dGate", dGate, choices)
        .types(ElementType.INT32, slotChoice);
    boolean served =
        CudaWork.areOneReal(dOut, expertOut, dExpertOut)
            && CudaWork.areOneReal(gate, dGate)
            && fits(dOut, gate);
    if (served) {
      work.launch(
          "combine_backward_" + suffix(dOut, gate),
          Grid.of(Math.ceilDiv(slots, ROWS_A_BLOCK) + Math.ceilDiv(choices, ROWS_A_BLOCK)),
          work.in(dOut),
          work.in(expertOut),
          work.in(slot),
          work.in(slotChoice),
          work.in(gate),
          work.out(dExpertOut),
          work.out(dGate),
          slots,
          choices,
          d,
          k);
    }
    return served;
  }
}
