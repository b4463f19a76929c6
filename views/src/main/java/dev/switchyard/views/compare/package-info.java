/** The screen Compare: any runs beside one another. */
package dev.switchyard.views.compare;
