/** The screen Devices: how many devices share the work. */
package dev.switchyard.views.devices;
