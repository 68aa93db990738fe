/**
 * Bytes to server-sent events and back, nothing else: no HTTP, no JSON, no names of any vocabulary. It depends on the
 * JDK alone.
 * <p>
 * {@link dev.caravan.sse.SseParser} reads the stream format of the HTML Standard, section 9.2 "Server-sent events".
 * {@link dev.caravan.sse.SseWriter} writes it. Reading a blocking stream is a plain loop:
 *
 * <pre>{@code
 * SseParser parser = new SseParser();
 * byte[] buffer = new byte[16 * 1024];
 * for (int n; (n = in.read(buffer)) >= 0;) {
 *     parser.feed(buffer, 0, n);
 *     for (SseEvent event; (event = parser.next()) != null;) {
 *         use(event); // the data is a range of buffer: parse or copy it before the next read
 *     }
 * }
 * SseEvent unfinished = parser.finish(); // what the standard drops at the end of the stream, or null
 * }</pre>
 */
package dev.caravan.sse;
