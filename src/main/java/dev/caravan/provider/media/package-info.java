/**
 * Fetches the images and documents that a request gives by their URL, for providers that take only bytes. Whoever can send a
 * request names the URLs, so each is taken for an attempt to reach what only this machine can reach (server-side request forgery):
 * {@link dev.caravan.provider.media.MediaUrl} checks how it is written, {@link dev.caravan.provider.media.CheckedResolver} the very
 * addresses that are connected to, and {@link dev.caravan.provider.media.MediaClient} bounds what comes back.
 *
 * @see <a href="https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html">OWASP:
 *      Server-Side Request Forgery Prevention</a>
 */
package dev.caravan.provider.media;
