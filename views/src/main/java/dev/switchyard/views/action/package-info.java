/** What a person can do, said once: its words, its keys, and whether it can be done now. */
package dev.switchyard.views.action;
