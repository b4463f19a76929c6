package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.cuda.Launch.Grid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * Makes one launch of neighbours that pass their results on: what one has just written, the next
 * need not read again. Every tensor that the separate launches write is written all the same, with
 * the same bits.
 */
final class LaunchFusion {
  // Where arguments lie: see the kernels' parameters.
  private static final int DROPOUT_KEY = 3; // site, origin, address, threshold, factor
  private static final int DROPOUT_ARGUMENTS = 8;
  private static final int ORIGIN = 4;

  /** Each gives the launch that does the work of both, or null. */
  private static final List<BinaryOperator<Launch>> RULES =
      List.of(
          LaunchFusion::neighbouringDropouts,
          LaunchFusion::reluAndDropout,
          LaunchFusion::gegluAndDropout,
          LaunchFusion::dropoutAndReluBackward,
          LaunchFusion::dropoutAndAdd,
          LaunchFusion::residualAndNorm,
          LaunchFusion::softmaxAndChoice,
          LaunchFusion::sumsAndFigures);

  private LaunchFusion() {}

  /** The same work in as few launches as the rules give. */
  static List<Command> of(List<Command> work) {
    List<Command> fused = new ArrayList<>(work.size());
    for (Command command : work) {
      fused.add(command);
      while (fused.size() >= 2 && joinLast(fused)) {
        // What was joined may suit what came before it.
      }
    }
    return fused;
  }

  private static boolean joinLast(List<Command> commands) {
    int last = commands.size() - 1;
    if (commands.get(last - 1) instanceof Launch first
        && commands.get(last) instanceof Launch second) {
      for (BinaryOperator<Launch> rule : RULES) {
        Launch both = rule.apply(first, second);
        if (both != null) {
          commands.removeLast();
          commands.set(last - 1, both);
          return true;
        }
      }
    }
    return false;
  }

  /** The type that a launch of this kernel works on, or null if it is one of another kernel. */
  private static String typeOf(Launch launch, String kernel) {
    for (String type : new String[] {"f32", "bf16"}) {
      if (launch.kernel().equals(kernel + "_" + type)) {
        return type;
      }
    }
    return null;
  }

  /** The type of both, the first being of one kernel and the second of another; or null. */
  private static String typeOf(Launch first, String one, Launch second, String other) {
    String type = typeOf(first, one);
    return type != null && type.equals(typeOf(second, other)) ? type : null;
  }

  private static boolean pass(Launch first, int written, Launch second, int read) {
    return first.argument(written) == second.argument(read);
  }

  /** Arguments of the fused launch: some of its own, then what a dropout has for its numbers. */
  private static long[] withDropout(Launch dropout, long... own) {
    long[] all = new long[own.length + DROPOUT_ARGUMENTS - DROPOUT_KEY];
    System.arraycopy(own, 0, all, 0, own.length);
    for (int i = DROPOUT_KEY; i < DROPOUT_ARGUMENTS; i++) {
      all[own.length + i - DROPOUT_KEY] = dropout.argument(i);
    }
    return all;
  }

  /** Two stretches of one tensor, as the experts' dropout takes it: one after the other. */
  private static Launch neighbouringDropouts(Launch first, Launch second) {
    String type = typeOf(first, "dropout", second, "dropout");
    if (type == null) {
      return null;
    }
    long count = first.argument(2);
    long bytes = count * ("f32".equals(type) ? Float.BYTES : Short.BYTES);
    boolean next =
        second.argument(0) == first.argument(0) + bytes
            && second.argument(1) == first.argument(1) + bytes
            && second.argument(ORIGIN) == first.argument(ORIGIN) + count;
    for (int i = DROPOUT_KEY; i < DROPOUT_ARGUMENTS; i++) {
      next &= i == ORIGIN || first.argument(i) == second.argument(i);
    }
    if (!next) {
      return null;
    }
    long all = count + second.argument(2);
    return Launch.ofBits(
        first.kernel(),
        Grid.elements(all),
        withDropout(first, first.argument(0), first.argument(1), all));
  }

  private static Launch reluAndDropout(Launch relu, Launch dropout) {
    String type = typeOf(relu, "relu", dropout, "dropout");
    return type != null
            && pass(relu, 1, dropout, 0)
            && pass(relu, 1, dropout, 1)
            && pass(relu, 2, dropout, 2)
        ? Launch.ofBits(
            "relu_dropout_" + type,
            dropout.grid(),
            withDropout(dropout, relu.argument(0), relu.argument(1), relu.argument(2)))
        : null;
  }

  private static Launch gegluAndDropout(Launch geglu, Launch dropout) {
    String type = typeOf(geglu, "geglu", dropout, "dropout");
    return type != null
            && pass(geglu, 2, dropout, 0)
            && pass(geglu, 2, dropout, 1)
            && pass(geglu, 3, dropout, 2)
        ? Launch.ofBits(
            "geglu_dropout_" + type,
            dropout.grid(),
            withDropout(
                dropout,
                geglu.argument(0),
                geglu.argument(1),
                geglu.argument(2),
                geglu.argument(3)))
        : null;
  }

  private static Launch dropoutAndReluBackward(Launch dropout, Launch relu) {
    String type = typeOf(dropout, "dropout", relu, "relu_backward");
    return type != null
            && pass(dropout, 1, relu, 1)
            && pass(dropout, 1, relu, 2)
            && pass(dropout, 2, relu, 3)
            && relu.argument(0) != dropout.argument(1)
        ? Launch.ofBits(
            "relu_dropout_backward_" + type,
            relu.grid(),
            withDropout(
                dropout, relu.argument(0), dropout.argument(0), relu.argument(2), relu.argument(3)))
        : null;
  }

  /** The sum of a residual and what dropout leaves of its branch, in the branch's place. */
  private static Launch dropoutAndAdd(Launch dropout, Launch add) {
    String type = typeOf(dropout, "dropout", add, "add");
    return type != null
            && pass(dropout, 0, add, 1)
            && pass(dropout, 1, add, 1)
            && pass(dropout, 2, add, 2)
            && add.argument(0) != add.argument(1)
        ? Launch.ofBits(
            "dropout_add_" + type,
            add.grid(),
            withDropout(dropout, add.argument(0), add.argument(1), add.argument(2)))
        : null;
  }

  private static Launch residualAndNorm(Launch sum, Launch norm) {
    String added = typeOf(sum, "add", norm, "rms_norm");
    String type = added == null ? typeOf(sum, "dropout_add", norm, "rms_norm") : added;
    if (type == null
        || !pass(sum, 1, norm, 0)
        || sum.argument(0) == sum.argument(1)
        || sum.argument(2) != norm.argument(4) * norm.argument(5)) {
      return null;
    }
    long[] own = new long[8];
    own[0] = sum.argument(0);
    for (int i = 0; i < 7; i++) {
      own[i + 1] = norm.argument(i);
    }
    long[] all = Arrays.copyOf(own, own.length + DROPOUT_ARGUMENTS - DROPOUT_KEY);
    if (added == null) {
      all = withDropout(sum, own);
    }
    return Launch.ofBits("residual_rms_norm_" + type, norm.grid(), all);
  }

  /** Where experts are chosen by the probabilities themselves. */
  private static Launch softmaxAndChoice(Launch softmax, Launch choice) {
    String type = typeOf(softmax, "softmax", choice, "choose_experts");
    if (type == null
        || !pass(softmax, 1, choice, 0)
        || !pass(softmax, 1, choice, 1)
        || !pass(softmax, 2, choice, 5)
        || !pass(softmax, 3, choice, 6)) {
      return null;
    }
    long[] all = new long[8];
    all[0] = softmax.argument(0);
    for (int i = 1; i < all.length; i++) {
      all[i] = choice.argument(i);
    }
    return Launch.ofBits("route_" + type, choice.grid(), all);
  }

  /**
   * What the losses and people want to know of a router, in one launch. Figures are sums in double
   * precision, taken group by group.
   */
  private static Launch sumsAndFigures(Launch sums, Launch figures) {
    String type = typeOf(sums, "sum_probabilities", figures, "router_figures");
    if (type == null
        || !pass(sums, 0, figures, 1)
        || !pass(sums, 1, figures, 2)
        || sums.argument(5) * sums.argument(6) != figures.argument(6)
        || !pass(sums, 7, figures, 7)) {
      return null;
    }
    return Launch.ofBits(
        "router_summary_" + type,
        sums.grid(),
        figures.argument(0),
        sums.argument(0),
        sums.argument(1),
        sums.argument(2),
        figures.argument(3),
        sums.argument(3),
        sums.argument(4),
        sums.argument(5),
        sums.argument(6),
        sums.argument(7));
  }
}
