/** What kamelets do that ask a gateway from outside, over HTTP or JMS: a prompt becomes a request, an answer a message or its text. */
package dev.caravan.client;
