package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.HostNumbers;
import dev.switchyard.engine.backend.Reading;
import dev.switchyard.engine.layer.OutputHead;
import dev.switchyard.engine.moe.RoutingTally;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What people are told of a pass, asked for as soon as its forward pass is: it crosses to the host
 * while the backward pass is computed.
 */
record AskedFigures(BatchPass pass, Reading reading) {

  /** Asks for the figures of a forward pass. */
  static AskedFigures of(Backend backend, BatchPass pass) {
    List<Tensor> tensors = new ArrayList<>();
    Stream.of(pass.encoder(), pass.decoder())
        .filter(stack -> stack != null && stack.tally() != null)
        .forEach(stack -> tensors.addAll(tensors(stack.tally())));
    OutputHead.Scored scored = pass.scored();
    tensors.addAll(List.of(scored.loss(), scored.logSumExp(), scored.labels()));
    if (scored.soft() != null) {
      tensors.add(scored.soft().loss());
    }
    return new AskedFigures(pass, backend.readLater(tensors));
  }

  private static List<Tensor> tensors(RoutingTally tally) {
    return Stream.of(
            tally.asked(),
            tally.counted(),
            tally.dropped(),
            tally.probabilitySums(),
            tally.expectedLoad(),
            tally.routerFigures())
        .filter(Objects::nonNull)
        .distinct()
        .toList();
  }

  /** Nats a label, 0 without labels. */
  static double crossEntropy(HostNumbers numbers, OutputHead.Scored scored) {
    return scored.count() == 0 ? 0 : numbers.sum(scored.loss()) / scored.count();
  }

  /** What is learned: nats a label, mixed with what is learned from a teacher. */
  static double objective(HostNumbers numbers, OutputHead.Scored scored) {
    double truth = crossEntropy(numbers, scored);
    OutputHead.Soft soft = scored.soft();
    if (soft == null || scored.count() == 0) {
      return truth;
    }
    double temperature = soft.targets().temperature();
    double taught = temperature * temperature * numbers.sum(soft.loss()) / scored.count();
    return truth + soft.targets().share() * (taught - truth);
  }
}
