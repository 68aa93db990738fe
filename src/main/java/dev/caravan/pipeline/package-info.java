/** The steps of the pipeline that deal in the vocabulary alone: a request's JSON in, one message's JSON out, or an early end. */
package dev.caravan.pipeline;
