/** Training: the form of a new run, and the run itself. */
package dev.switchyard.views.train;
