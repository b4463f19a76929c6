/** The command palette: every action of the program, found by its words, done by the keyboard. */
package dev.switchyard.views.palette;
