/**
 * The desktop's screens: one folder a screen, and the parts that they share. They know what the
 * engine lets be seen and steered, never its tensors.
 */
package dev.switchyard.views;
