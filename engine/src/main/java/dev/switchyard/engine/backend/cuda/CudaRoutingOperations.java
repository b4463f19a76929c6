package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.RoutingOperations;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;

/** The part of the cuda backend that routes tokens to experts, all of it on the GPU. */
abstract class CudaRoutingOperations implements RoutingOperations {
  /** The kernels that it is made of. */
  abstract CudaBackend.Kernels kernels();

  @Override
  public void softmax(Tensor logits, Tensor probabilities) {
    require(
        kernels().normalisation().softmax(logits, probabilities), "softmax", logits, probabilities);
  }

  @Override
  public void addGumbel(Tensor logits, RandomKey key, Tensor out) {
    require(kernels().elements().addGumbel(logits, key, out), "addGumbel", logits, out);
  }

  @Override
  public void addToRows(Tensor x, Tensor row, Tensor out) {
    require(kernels().elements().addToRows(x, row, out), "addToRows", x, row, out);
  }

  @Override
  public void chooseExperts(
      RoutingPlan plan,
      Tensor scores,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability) {
    require(
        kernels()
            .routing()
            .chooseExperts(plan, scores, probabilities, tokenMask, expert, probability),
        "chooseExperts",
        scores,
        probabilities,
        tokenMask,
        expert,
        probability);
  }

  @Override
  public void normaliseGates(RoutingPlan plan, Tensor probability, Tensor gate) {
    require(
        kernels().routing().normaliseGates(plan, probability, gate),
        "normaliseGates",
        probability,
        gate);
  }

  @Override
  public void normaliseGatesBackward(
      RoutingPlan plan, Tensor probability, Tensor gate, Tensor dGate) {
    require(
        kernels().routing().normaliseGatesBackward(plan, probability, gate, dGate),
        "normaliseGatesBackward",
        probability,
        gate,
        dGate);
  }

  @Override
  public void askSecondByChance(
      RoutingPlan plan, Tensor gate, double threshold, RandomKey key, Tensor asks) {
    require(
        kernels().routing().askSecondByChance(plan, gate, threshold, key, asks),
        "askSecondByChance",
        gate,
        asks);
  }

  @Override
  public void takePlaces(
      RoutingPlan plan,
      Tensor expert,
      Tensor asks,
      Tensor priority,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    require(
        kernels()
            .places()
            .takePlaces(
                plan,
                expert,
                asks,
                priority,
                new CudaPlaces.Queues(position, slot, slotChoice, asked, dropped)),
        "takePlaces",
        expert,
        asks,
        priority,
        position,
        slot,
        slotChoice,
        asked,
        dropped);
  }

  @Override
  public void takePlacesUntilServed(
      RoutingPlan plan,
      Tensor expert,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    kernels()
        .places()
        .takePlacesUntilServed(
            plan, expert, new CudaPlaces.Queues(position, slot, slotChoice, asked, dropped));
  }

  @Override
  public void chooseTokens(
      RoutingPlan plan,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped) {
    require(
        kernels()
            .places()
            .chooseTokens(
                plan,
                probabilities,
                tokenMask,
                expert,
                probability,
                new CudaPlaces.Queues(position, slot, slotChoice, asked, dropped)),
        "chooseTokens",
        probabilities,
        tokenMask,
        expert,
        probability,
        position,
        slot,
        slotChoice,
        asked,
        dropped);
  }

  @Override
  public void countChoices(RoutingPlan plan, Tensor expert, int first, Tensor count) {
    kernels().routing().countChoices(plan, expert, first, count);
  }

  @Override
  public void expectedLoad(
      RoutingPlan plan, Tensor logits, int top, double noise, Tensor tokenMask, Tensor out) {
    require(
        kernels().routing().expectedLoad(plan, logits, top, noise, tokenMask, out),
        "expectedLoad",
        logits,
        tokenMask,
        out);
  }

  @Override
  public void expectedLoadBackward(
      RoutingPlan plan,
      Tensor logits,
      int top,
      double noise,
      Tensor tokenMask,
      Tensor dLoad,
      Tensor dLogits) {
    require(
        kernels()
            .routing()
            .expectedLoadBackward(plan, logits, top, noise, tokenMask, dLoad, dLogits),
        "expectedLoadBackward",
        logits,
        tokenMask,
        dLoad,
        dLogits);
  }

  @Override
  public void balanceGradient(RoutingPlan plan, Tensor factor, Tensor count, Tensor out) {
    require(
        kernels().routing().balanceGradient(plan, factor, count, out),
        "balanceGradient",
        factor,
        count,
        out);
  }

  @Override
  public void variationGradient(
      RoutingPlan plan, Tensor sums, double coefficient, Tensor out, boolean accumulate) {
    require(
        kernels().routing().variationGradient(plan, sums, coefficient, out, accumulate),
        "variationGradient",
        sums,
        out);
  }

  @Override
  public void sumProbabilities(
      RoutingPlan plan, Tensor probabilities, Tensor tokenMask, Tensor out) {
    require(
        kernels().routing().sumProbabilities(plan, probabilities, tokenMask, out),
        "sumProbabilities",
        probabilities,
        tokenMask,
        out);
  }

  @Override
  public void routerFigures(Tensor logits, Tensor probabilities, Tensor tokenMask, Tensor out) {
    require(
        kernels().routing().routerFigures(logits, probabilities, tokenMask, out),
        "routerFigures",
        logits,
        probabilities,
        tokenMask,
        out);
  }

  @Override
  public void routerBackward(
      RoutingPlan plan,
      Tensor logits,
      Tensor probabilities,
      Tensor expert,
      Tensor dProbability,
      Tensor slope,
      Tensor tokenMask,
      double zLoss,
      Tensor dLogits) {
    require(
        kernels()
            .routing()
            .routerBackward(
                plan,
                logits,
                probabilities,
                expert,
                dProbability,
                slope,
                tokenMask,
                zLoss,
                dLogits),
        "routerBackward",
        logits,
        probabilities,
        expert,
        dProbability,
        slope,
        tokenMask,
        dLogits);
  }

  @Override
  public void dispatch(Tensor x, Tensor slotChoice, int choices, Tensor out) {
    require(
        kernels().slots().dispatch(x, slotChoice, choices, out), "dispatch", x, slotChoice, out);
  }

  @Override
  public void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX) {
    require(
        kernels().slots().dispatchBackward(dDispatched, slot, dX),
        "dispatchBackward",
        dDispatched,
        slot,
        dX);
  }

  @Override
  public void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out) {
    require(
        kernels().slots().combine(expertOut, slot, gate, out),
        "combine",
        expertOut,
        slot,
        gate,
        out);
  }

  @Override
  public void combineBackward(
      Tensor dOut,
      Tensor expertOut,
      Tensor slot,
      Tensor slotChoice,
      Tensor gate,
      Tensor dExpertOut,
      Tensor dGate) {
    require(
        kernels()
            .slots()
            .combineBackward(dOut, expertOut, slot, slotChoice, gate, dExpertOut, dGate),
        "combineBackward",
        dOut,
        expertOut,
        slot,
        slotChoice,
        gate,
        dExpertOut,
        dGate);
  }

  /** Refuses tensors of types for which there is no kernel. */
  static void require(boolean served, String operation, Tensor... tensors) {
    if (!served) {
      Tensor[] given = Arrays.stream(tensors).filter(Objects::nonNull).toArray(Tensor[]::new);
      Shapes.of(operation).require(false, "real tensors of one type", given);
    }
  }
}
