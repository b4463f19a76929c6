/** What is dropped on the window: what it is, and which screen it goes to. */
package dev.switchyard.views.drop;
