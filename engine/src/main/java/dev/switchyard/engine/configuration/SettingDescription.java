package dev.switchyard.engine.configuration;

import java.util.List;

/**
 * One setting as help texts and forms show it.
 *
 * @param name in snake_case
 * @param section the record it belongs to: model, routing, data, training
 * @param type "whole number", "number", "yes or no", "word" or "list"
 * @param defaultValue as text
 * @param explanation a sentence
 * @param min smallest number, or minus infinity
 * @param max largest number, or infinity
 * @param options allowed words; empty: any
 * @param common whether forms show it at once
 */
public record SettingDescription(
    String name,
    String section,
    String type,
    String defaultValue,
    String explanation,
    double min,
    double max,
    List<String> options,
    boolean common) {}
