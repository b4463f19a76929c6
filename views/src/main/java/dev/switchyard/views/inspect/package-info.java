/** The screen Inspect: the weights of a model on disk. */
package dev.switchyard.views.inspect;
