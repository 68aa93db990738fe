/** Message Batches as clients send and see them: reading a batch as it arrives, and the JSON that tells of it. */
package dev.caravan.queue.batch;
