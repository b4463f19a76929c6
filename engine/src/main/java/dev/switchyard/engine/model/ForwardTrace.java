package dev.switchyard.engine.model;

import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import java.util.List;

/**
 * Where the tokens of a batch went.
 *
 * @param layers the Switch layers, in the order in which tokens pass them; arrays are over all
 *     rows, one behind the other
 * @param crossEntropy nats a label; 0 without labels
 */
public record ForwardTrace(List<LayerRouting> layers, double crossEntropy) {}
