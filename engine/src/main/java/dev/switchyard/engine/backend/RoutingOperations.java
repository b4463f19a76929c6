package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;

/**
 * The part of a {@link Backend} that routes tokens to experts (Switch Transformers, section 2). The
 * conventions are those of the backend.
 *
 * <p>A token t has k choices (see {@link RoutingPlan}); where an operation speaks of [T, k], only
 * the size counts, so that k = 1 is one number a token. A choice names an expert, or none (-1) for
 * a token that the mask leaves out. It has a position in that expert's queue, or none (-1) where
 * the token does not ask for it; and a slot, or none (-1) where the position is not below the
 * capacity. A token of which no choice has a slot is dropped.
 */
public interface RoutingOperations {

  // ---- who is asked ----

  /** Softmax of each row; probabilities may be logits. Both [T, E]. */
  void softmax(Tensor logits, Tensor probabilities);

  /**
   * out = logits + G with G = -log(-log u), u the key's number for the element: the largest of a
   * row is then a sample of its softmax (Gumbel, temperature 1), the k largest are k samples
   * without replacement.
   */
  void addGumbel(Tensor logits, RandomKey key, Tensor out);

  /** out[t] = x[t] + row, each row alike. x and out [T, E], row [E]. */
  void addToRows(Tensor x, Tensor row, Tensor out);

  /**
   * The k experts with the highest scores, the highest first (the lowest index where equal).
   *
   * @param scores [T, E], by which experts are chosen; may be the probabilities
   * @param probabilities [T, E]
   * @param tokenMask [T] INT32, 0 for tokens that are not routed (padding); null for none
   * @param expert [T, k] INT32; -1 where masked
   * @param probability [T, k], those experts' probabilities; 0 where masked
   */
  void chooseExperts(
      RoutingPlan plan,
      Tensor scores,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability);

  /**
   * gate[t, j] = probability[t, j] / (sum_i probability[t, i] + 1e-9). Both [T, k], k at least 2.
   */
  void normaliseGates(RoutingPlan plan, Tensor probability, Tensor gate);

  /** The gradient of {@link #normaliseGates}: dGate becomes that of the probabilities. */
  void normaliseGatesBackward(RoutingPlan plan, Tensor probability, Tensor gate, Tensor dGate);

  /**
   * GShard's rule for second experts: asks[t, 0] = 1, and asks[t, 1] = 1 where the key's number for
   * the token is below gate[t, 1] / threshold, else 0.
   *
   * @param gate [T, 2]
   * @param asks [T, 2] INT32
   */
  void askSecondByChance(
      RoutingPlan plan, Tensor gate, double threshold, RandomKey key, Tensor asks);

  // ---- who is served ----

  /**
   * First come, first served: in each group, the first choices of all tokens take the next place in
   * their expert's queue, then the second choices, and so on. A place below the capacity is a slot.
   *
   * @param expert [T, k] INT32
   * @param asks [T, k] INT32, 0 for choices that do not ask; null where all do
   * @param priority [T, k]: tokens come in falling order of that of their first choice; null for
   *     their own order, which also decides between equals
   * @param position [T, k] INT32
   * @param slot [T, k] INT32
   * @param slotChoice [S] INT32, the choice (t * k + j) in each slot; -1 where empty
   * @param asked [groups, E] INT32, choices that asked for each expert, served or not
   * @param dropped [groups] INT32, routed tokens of which no choice has a slot
   */
  void takePlaces(
      RoutingPlan plan,
      Tensor expert,
      Tensor asks,
      Tensor priority,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped);

  /**
   * No token left behind: as {@link #takePlaces}, but only the tokens that found no slot with their
   * first choice ask for their second, and so on.
   */
  void takePlacesUntilServed(
      RoutingPlan plan,
      Tensor expert,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped);

  /**
   * Expert choice: in each group, each expert takes the tokens with its highest probabilities (the
   * first of equals), as many as its capacity; a position is the rank of the token at the expert. k
   * must be E. A token's choices are the experts that took it, the most probable first. A token
   * that none took has its most probable expert as first choice, without a slot.
   *
   * @param probabilities [T, E]
   * @param tokenMask [T] INT32 or null
   * @param expert [T, E] INT32, -1 after the last choice
   * @param probability [T, E], of the choices
   * @param position [T, E] INT32
   * @param slot [T, E] INT32
   * @param slotChoice [S] INT32
   * @param asked [groups, E] INT32, tokens whose most probable expert it is
   * @param dropped [groups] INT32
   */
  void chooseTokens(
      RoutingPlan plan,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability,
      Tensor position,
      Tensor slot,
      Tensor slotChoice,
      Tensor asked,
      Tensor dropped);

  /**
   * How often each expert is among the first {@code first} choices of a group's tokens.
   *
   * @param expert [T, k] INT32
   * @param count [groups, E] INT32
   */
  void countChoices(RoutingPlan plan, Tensor expert, int first, Tensor count);

  // ---- there and back ----

  /** out[s] = x[slotChoice[s] / choices], or zeros where it is -1. x [T, d], out [S, d]. */
  void dispatch(Tensor x, Tensor slotChoice, int choices, Tensor out);

  /** dX[t] += sum_j dDispatched[slot[t, j]], of the choices with a slot. slot [T, k], dX [T, d]. */
  void dispatchBackward(Tensor dDispatched, Tensor slot, Tensor dX);

  /**
   * out[t] = sum_j gate[t, j] * expertOut[slot[t, j]] of the choices with a slot; zeros where there
   * is none (a dropped token).
   *
   * @param expertOut [S, d]
   * @param slot [T, k] INT32
   * @param gate [T, k]
   * @param out [T, d]
   */
  void combine(Tensor expertOut, Tensor slot, Tensor gate, Tensor out);

  /**
   * Gradients of {@link #combine}: dExpertOut[s] = gate * dOut of the slot's choice (zeros where
   * the slot is empty); dGate[t, j] = dOut[t] . expertOut[slot[t, j]] (0 without a slot).
   */
  void combineBackward(
      Tensor dOut,
      Tensor expertOut,
      Tensor slot,
      Tensor slotChoice,
      Tensor gate,
      Tensor dExpertOut,
      Tensor dGate);

  // ---- figures, losses and the gradient of the router ----

  /**
   * out[g, e] = sum over the group's tokens (those of the mask) of probabilities[t, e]. With the
   * count of tokens it gives P_i of the load-balancing loss.
   */
  void sumProbabilities(RoutingPlan plan, Tensor probabilities, Tensor tokenMask, Tensor out);

  /**
   * What people want to know of a router, as sums over the tokens of the mask: out[0] the entropy
   * of the probabilities in nats, out[1] the squared log-sum-exp of the logits (the z-loss), out[2]
   * the largest probability.
   *
   * @param logits [T, E]
   * @param probabilities [T, E], their softmax
   * @param tokenMask [T] INT32, 0 for tokens that do not count; null for none
   * @param out [3]
   */
  void routerFigures(Tensor logits, Tensor probabilities, Tensor tokenMask, Tensor out);

  /**
   * The load that normal noise on the logits would give (Shazeer et al. 2017, appendix A): out[g,
   * i] = sum over the group's tokens of Phi((logits[t, i] - threshold[t, i]) / noise), the
   * threshold being the largest but {@code top - 1} of the token's other logits. Where top is E it
   * is the number of tokens.
   *
   * @param logits [T, E]
   * @param top experts that a token has
   * @param noise standard deviation
   * @param tokenMask [T] INT32 or null
   * @param out [groups, E]
   */
  void expectedLoad(
      RoutingPlan plan, Tensor logits, int top, double noise, Tensor tokenMask, Tensor out);

  /** Adds the gradient of {@link #expectedLoad}; dLoad [groups, E], dLogits [T, E]. */
  void expectedLoadBackward(
      RoutingPlan plan,
      Tensor logits,
      int top,
      double noise,
      Tensor tokenMask,
      Tensor dLoad,
      Tensor dLogits);

  /**
   * The slope of the load-balancing loss along the probabilities: out[g, i] = factor[g] * count[g,
   * i].
   *
   * @param factor [groups]: coefficient * E / (groups * tokens * counted choices), tokens being
   *     those of the group that the mask counts
   * @param count [groups, E] INT32
   * @param out [groups, E]
   */
  void balanceGradient(RoutingPlan plan, Tensor factor, Tensor count, Tensor out);

  /**
   * out (+)= the gradient of coefficient / groups * sum_g CV(sums[g])^2, CV being the standard
   * deviation over the experts divided by their mean; 0 where the mean is 0.
   *
   * @param sums [groups, E]
   * @param out [groups, E]
   */
  void variationGradient(
      RoutingPlan plan, Tensor sums, double coefficient, Tensor out, boolean accumulate);

  /**
   * Gradient of the router's logits: with dP[t, i] = slope[g, i] + sum of dProbability[t, j] over
   * the choices j of expert i, dLogits = P * (dP - sum_j P_j dP_j) + zLoss * logSumExp[t] * P. Rows
   * that are masked get zeros.
   *
   * @param logits [T, E]
   * @param probabilities [T, E], their softmax
   * @param expert [T, k] INT32
   * @param dProbability [T, k]
   * @param slope [groups, E], of the losses that look at all tokens alike
   * @param tokenMask [T] INT32 or null
   * @param zLoss the factor on logSumExp: 2 * coefficient / tokens, or 0
   * @param dLogits [T, E]
   */
  void routerBackward(
      RoutingPlan plan,
      Tensor logits,
      Tensor probabilities,
      Tensor expert,
      Tensor dProbability,
      Tensor slope,
      Tensor tokenMask,
      double zLoss,
      Tensor dLogits);
}
