/** Work off the window's thread, its results applied on it, the newest winning. */
package dev.switchyard.views.task;
