/** What experts take of a corpus: a survey with progress, and its result. */
package dev.switchyard.views.preference;
