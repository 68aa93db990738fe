/** The JMS door: requests of the Messages API that come as messages of a queue, and what goes back for each. */
package dev.caravan.queue.request;
