/** The engine's services wired together: runs, models, samples and presets on this machine. */
package dev.switchyard.app.workbench;
