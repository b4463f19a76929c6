package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.RandomUse;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;

/**
 * The Switch layer (Switch Transformers, section 2.1): each token goes to one expert, y = p_e(x)
 * E_e(x). A dropped token's output is exactly 0, so that it passes by the residual alone.
 */
public final class SwitchLayer {
  private final Router router;
  private final Experts experts;

  /**
   * Kept for the backward pass, and for people to look at.
   *
   * @param router its input, logits and probabilities
   * @param dispatch where the tokens went
   * @param tally this layer's counts
   * @param experts what the experts keep
   * @param expertOut [S, d]; of no use after a pass that was not for training, as is {@code
   *     experts}
   */
  public record Saved(
      Routing routing,
      Router.Saved router,
      Dispatch dispatch,
      RoutingTally tally,
      Experts.Saved experts,
      Tensor expertOut) {}

  /**
   * A layer named {@code prefix.router.classifier} and {@code prefix.experts.expert_i}.
   *
   * @param expert the network that each expert is
   */
  public SwitchLayer(
      ParameterSource source,
      String prefix,
      int expertCount,
      ExpertShape expert,
      double expertDropoutRate,
      SwitchPlace place) {
    this.router =
        new Router(
            source,
            prefix + ".router",
            expert.in(),
            expertCount,
            place.site(RandomUse.ROUTER_JITTER));
    this.experts =
        new Experts(
            source,
            prefix + ".experts",
            expertCount,
            expert,
            expertDropoutRate,
            place.site(RandomUse.EXPERT_HIDDEN));
  }

  /**
   * Routes and computes.
   *
   * @param tally this layer's row, filled here
   * @param x [T, d]
   * @param y [T, d], as wide as the experts' output
   */
  public Saved forward(Pass pass, Routing routing, RoutingTally tally, Tensor x, Tensor y) {
    Backend backend = pass.backend();
    RoutingPlan plan = routing.plan();
    Router.Saved routed = router.forward(pass, routing.jitter(), x);
    Dispatch dispatch = Dispatch.forward(pass, routing, routed.probabilities(), tally.asked());
    backend.sumProbabilities(
        plan, routed.probabilities(), routing.tokenMask(), tally.probabilitySums());
    backend.routerFigures(
        routed.logits(), routed.probabilities(), routing.tokenMask(), tally.routerFigures());

    Arena.Mark mark = pass.mark();
    Tensor expertIn = pass.take(plan.slots(), experts.shape().in());
    Tensor expertOut = pass.take(plan.slots(), experts.shape().out());
    backend.dispatch(x, dispatch.slotToken(), expertIn);
    Experts.Saved computed =
        experts.forward(
            pass, byExpert(plan, expertIn), dispatch.slotsUsed(), byExpert(plan, expertOut));
    backend.combine(expertOut, dispatch.slot(), dispatch.gate(), y);
    pass.forgetUnlessTraining(mark);
    return new Saved(routing, routed, dispatch, tally, computed, expertOut);
  }

  /** Adds to the weights' gradients, the router's losses included; dX [T, d] is overwritten. */
  public void backward(Pass pass, Saved saved, Tensor dY, Tensor dX) {
    Backend backend = pass.backend();
    Routing routing = saved.routing();
    RoutingPlan plan = routing.plan();
    Dispatch dispatch = saved.dispatch();
    Arena.Mark mark = pass.mark();
    Tensor dExpertOut = pass.take(plan.slots(), experts.shape().out());
    Tensor dGate = pass.takeForRouter(plan.tokens());
    backend.combineBackward(
        dY,
        saved.expertOut(),
        dispatch.slot(),
        dispatch.slotToken(),
        dispatch.gate(),
        dExpertOut,
        dGate);
    Tensor dExpertIn = pass.take(plan.slots(), experts.shape().in());
    experts.backward(pass, saved.experts(), byExpert(plan, dExpertOut), byExpert(plan, dExpertIn));
    backend.zero(dX);
    backend.dispatchBackward(dExpertIn, dispatch.slot(), dX);

    Tensor dLogits = pass.takeForRouter(plan.tokens(), plan.experts());
    backend.routerBackward(
        plan,
        saved.router().logits(),
        saved.router().probabilities(),
        dispatch.expert(),
        dGate,
        dispatch.asked(),
        routing.tokenMask(),
        routing.balancing(),
        routing.zLoss(),
        dLogits);
    router.backward(pass, saved.router(), dLogits, dX);
    pass.forget(mark);
  }

  private static Tensor byExpert(RoutingPlan plan, Tensor slots) {
    return slots.as(plan.experts(), plan.slotsPerExpert(), slots.length(-1));
  }
}
