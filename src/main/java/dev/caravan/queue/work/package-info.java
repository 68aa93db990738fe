/** How requests that wait in the store get to their providers: wake-ups over JMS, the steps that answer them, and the results. */
package dev.caravan.queue.work;
