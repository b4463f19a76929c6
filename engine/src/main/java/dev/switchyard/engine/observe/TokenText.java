package dev.switchyard.engine.observe;

/**
 * A token as people see it.
 *
 * @param id in the vocabulary
 * @param text printable
 * @param start where it begins in the text that was given, in UTF-16 units; -1 for added tokens
 * @param end where it ends
 */
public record TokenText(int id, String text, int start, int end) {}
