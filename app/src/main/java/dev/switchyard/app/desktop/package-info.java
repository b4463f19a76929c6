/** The desktop program: the window, what it remembers, and how it starts and ends. */
package dev.switchyard.app.desktop;
