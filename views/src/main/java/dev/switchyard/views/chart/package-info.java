/**
 * What screens draw: lines, load heatmaps, tokens, experts' queues, probabilities; and the colours
 * that mean the same everywhere.
 */
package dev.switchyard.views.chart;
