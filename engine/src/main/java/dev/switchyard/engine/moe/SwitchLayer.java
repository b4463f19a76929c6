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
 * E_e(x), or to several, y being the sum over them with the {@link Selection}'s gates. A dropped
 * token's output is exactly 0, so that it passes by the residual alone.
 */
public final class SwitchLayer {
  private final String name;
  private final Router router;
  private final ExpertParallel experts;

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
      ExpertParallel.Saved experts,
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
    this.name = place.name();
    this.router =
        new Router(source, prefix + ".router", expert.in(), expertCount, RouterSites.of(place));
    this.experts =
        new ExpertParallel(
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
    Intervention.Steering steering = routing.intervention().at(name, routing.plan().experts());
    Router.Saved routed = router.forward(pass, routing.exploration(), steering, x);
    Dispatch dispatch = routing.selection().route(pass, routing, routed, tally);
    if (!experts.isDropping(pass)) {
      // What expert dropout draws for a slot must not depend on what other groups left empty.
      dispatch = dispatch.packed(pass);
    }
    routing.losses().forward(pass, routing, routed, tally);
    RoutingPlan plan = dispatch.plan();

    Arena.Mark mark = pass.mark();
    Tensor expertIn = pass.take(plan.slots(), experts.shape().in());
    Tensor expertOut = pass.take(plan.slots(), experts.shape().out());
    backend.dispatch(x, dispatch.slotChoice(), plan.choices(), expertIn);
    ExpertParallel.Saved computed =
        experts.forward(
            pass,
            byExpert(plan, expertIn),
            dispatch.slotsUsed(),
            routing.dropless() || pass.division().isUneven(),
            byExpert(plan, expertOut));
    backend.combine(expertOut, dispatch.slot(), dispatch.gate(), y);
    pass.forgetUnlessTraining(mark);
    return new Saved(routing, routed, dispatch, tally, computed, expertOut);
  }

  /** Adds to the weights' gradients, the router's losses included; dX [T, d] is overwritten. */
  public void backward(Pass pass, Saved saved, Tensor dY, Tensor dX) {
    Backend backend = pass.backend();
    Dispatch dispatch = saved.dispatch();
    RoutingPlan plan = dispatch.plan();
    Arena.Mark mark = pass.mark();
    Tensor dExpertOut = pass.take(plan.slots(), experts.shape().out());
    Tensor dGate = pass.takeForRouter(plan.tokens(), plan.choices());
    backend.combineBackward(
        dY,
        saved.expertOut(),
        dispatch.slot(),
        dispatch.slotChoice(),
        dispatch.gate(),
        dExpertOut,
        dGate);
    Tensor dExpertIn = pass.take(plan.slots(), experts.shape().in());
    experts.backward(pass, saved.experts(), byExpert(plan, dExpertOut), byExpert(plan, dExpertIn));
    backend.zero(dX);
    backend.dispatchBackward(dExpertIn, dispatch.slot(), dX);

    dispatch.gateBackward(pass, dGate);
    Tensor dLogits = pass.takeForRouter(plan.tokens(), plan.experts());
    Routing routing = saved.routing();
    routing
        .losses()
        .backward(pass, routing, saved.router(), dispatch, saved.tally(), dGate, dLogits);
    router.backward(pass, saved.router(), dLogits, dX);
    pass.forget(mark);
  }

  private static Tensor byExpert(RoutingPlan plan, Tensor slots) {
    return slots.as(plan.experts(), plan.slotsPerExpert(), slots.length(-1));
  }
}
