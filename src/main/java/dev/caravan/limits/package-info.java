/** Who may call. */
package dev.caravan.limits;
