/** The Message Batches API: its documents, and the steps of its doors. */
package dev.caravan.queue.batch;
