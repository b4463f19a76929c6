package dev.switchyard.views.action;

import java.util.List;

/**
 * Actions that belong together.
 *
 * @param title for people: the screen's
 * @param actions in the order in which they are shown
 */
public record ActionGroup(String title, List<Action> actions) {}
