/**
 * The HTTP edge over platform-http: taking a request, reading its body within limits, answering it with JSON or with live
 * server-sent events under back-pressure, and telling when the client has left.
 */
package dev.caravan.http;
