/** A run's settings, changed in the middle of it. */
package dev.switchyard.views.train.change;
