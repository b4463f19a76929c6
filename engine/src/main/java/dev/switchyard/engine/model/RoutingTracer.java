package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.HostNumbers;
import dev.switchyard.engine.backend.Reading;
import dev.switchyard.engine.moe.Dispatch;
import dev.switchyard.engine.moe.SwitchPlace;
import dev.switchyard.engine.observe.StepRouting;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Takes each token's way through training steps to the host, beside the work, and hands it to an
 * observer when it has arrived, in the order of the steps: no step waits for it. Only so many
 * traces can be on their way; a step that comes while there are so many has none, nor has one whose
 * trace would be larger than 128 MB. For the thread that trains.
 */
public final class RoutingTracer {
  private static final int MOST = 4;

  /** Bytes of a trace: where experts choose, a token has as many choices as there are experts. */
  private static final long LARGEST = 128L << 20;

  private final Consumer<StepRouting> observer;
  private final int most;
  private final Deque<OnItsWay> underWay = new ArrayDeque<>();
  private long skipped;

  private record OnItsWay(long step, int firstRow, List<Saved> layers, Reading reading) {}

  private record Saved(String name, Dispatch dispatch) {}

  /** A tracer for an observer, which is called on the thread that trains and must not block. */
  public RoutingTracer(Consumer<StepRouting> observer) {
    this(observer, MOST);
  }

  /**
   * The same with another number of traces that may be on their way.
   *
   * @param most as many as a step has micro-batches, if all of them are wanted
   */
  public RoutingTracer(Consumer<StepRouting> observer, int most) {
    this.observer = observer;
    this.most = most;
  }

  /** Passes that have no trace. */
  public long skipped() {
    return skipped;
  }

  /** Asks for a pass' routing, after handing out what has arrived of those before. */
  void trace(Backend backend, List<SwitchPlace> places, BatchPass pass, long step, int firstRow) {
    deliver();
    if (underWay.size() == most) {
      skipped++;
      return;
    }
    List<Saved> layers = new ArrayList<>();
    Stream.of(pass.encoder(), pass.decoder())
        .filter(stack -> stack != null)
        .flatMap(stack -> stack.blocks().stream())
        .flatMap(block -> block.switchLayers().stream())
        .forEach(
            saved -> layers.add(new Saved(places.get(layers.size()).name(), saved.dispatch())));
    List<Tensor> tensors =
        layers.stream()
            .map(Saved::dispatch)
            .flatMap(d -> Stream.of(d.expert(), d.gate(), d.position(), d.slot()))
            .toList();
    if (tensors.stream().mapToLong(each -> each.size() * each.type().bytes()).sum() > LARGEST) {
      skipped++;
      return;
    }
    underWay.add(new OnItsWay(step, firstRow, layers, backend.readLater(tensors)));
  }

  /** Hands out what has arrived. */
  public void deliver() {
    while (!underWay.isEmpty() && underWay.element().reading().isHere()) {
      observer.accept(routing(underWay.remove()));
    }
  }

  /** Waits for all that is on its way, and hands it out. */
  public void finish() {
    while (!underWay.isEmpty()) {
      observer.accept(routing(underWay.remove()));
    }
  }

  private static StepRouting routing(OnItsWay trace) {
    HostNumbers numbers = trace.reading().take();
    return new StepRouting(
        trace.step(),
        trace.firstRow(),
        trace.layers().stream()
            .map(
                layer -> {
                  Dispatch to = layer.dispatch();
                  return new StepRouting.Layer(
                      layer.name(),
                      to.plan().experts(),
                      to.plan().capacity(),
                      to.plan().choices(),
                      numbers.ints(to.expert()),
                      numbers.floats(to.gate()),
                      numbers.ints(to.position()),
                      numbers.ints(to.slot()));
                })
            .toList());
  }
}
