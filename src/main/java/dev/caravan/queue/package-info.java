/** Queued work: batches of requests, kept in a relational database and handed out over JMS. */
package dev.caravan.queue;
