package dev.switchyard.views.drop;

/**
 * Where something that is dropped goes.
 *
 * @param what happens, for people: "Open the run on the screen Train"
 * @param go does it
 */
public record DropRoute(String what, Runnable go) {}
