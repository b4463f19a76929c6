package dev.switchyard.views.task;

import java.time.Instant;

/**
 * Something that a person was told.
 *
 * @param when it was
 * @param problem whether something went wrong
 * @param message one line
 * @param details more of a problem, to be copied; may be empty
 */
public record Notice(Instant when, boolean problem, String message, String details) {}
