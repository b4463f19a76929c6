/** The program's log files. */
package dev.switchyard.app.log;
