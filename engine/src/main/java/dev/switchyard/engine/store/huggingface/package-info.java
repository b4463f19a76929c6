/** Model folders as Hugging Face's transformers has them: opened as they lie, and written. */
package dev.switchyard.engine.store.huggingface;
