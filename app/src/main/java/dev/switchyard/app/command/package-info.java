/** The command line: one class for each command, working through the workbench. */
package dev.switchyard.app.command;
