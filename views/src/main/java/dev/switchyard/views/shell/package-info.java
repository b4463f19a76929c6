/** The window: rail, status bar, notices, the question before closing. */
package dev.switchyard.views.shell;
