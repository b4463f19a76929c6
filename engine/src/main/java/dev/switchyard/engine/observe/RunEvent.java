package dev.switchyard.engine.observe;

import java.util.Map;

/**
 * Something that happened in a run, as its history shows it.
 *
 * @param time milliseconds since 1970
 * @param step the last finished step
 * @param kind "started", "paused", "resumed", "stopped", "finished", "failed", "checkpoint",
 *     "evaluation", "changed" (settings: figures have each one's new value by its name, and its old
 *     one by its name and "_before"), "data" (what the data is like)
 * @param text one line for people
 * @param figures numbers that belong to it, such as cross_entropy of an evaluation
 */
public record RunEvent(
    long time, long step, String kind, String text, Map<String, Double> figures) {}
