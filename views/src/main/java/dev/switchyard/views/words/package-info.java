/** The field's words with their meaning and formula, and figures as people read them. */
package dev.switchyard.views.words;
