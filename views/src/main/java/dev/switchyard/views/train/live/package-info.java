/** A run in training, or the replay of one, in bounded memory. */
package dev.switchyard.views.train.live;
