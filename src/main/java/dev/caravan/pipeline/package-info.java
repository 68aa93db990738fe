/** The steps of the pipeline that deal in the vocabulary alone: a request's JSON in, one message's JSON out. */
package dev.caravan.pipeline;
