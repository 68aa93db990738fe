/**
 * The tables of queued work. Its rows are the truth: what they do not say has not happened, whatever messages there are.
 */
package dev.caravan.queue.store;
