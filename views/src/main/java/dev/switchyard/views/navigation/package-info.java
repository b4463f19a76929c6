/** How one screen sends a person to another. */
package dev.switchyard.views.navigation;
