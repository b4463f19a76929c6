/** The small parts that every screen is built of: cards, buttons, choices, empty states. */
package dev.switchyard.views.component;
