/** What people see in a terminal or a pipe: progress, the live dashboard, tables of routings. */
package dev.switchyard.app.terminal;
