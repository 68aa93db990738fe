/**
 * {@code caravan.yaml} read into validated, immutable records.
 *
 * <p>{@link dev.caravan.config.ConfigLoader} finds the file, reads it and answers a
 * {@link dev.caravan.config.CaravanConfig}, or throws one {@link dev.caravan.config.ConfigException} that lists every
 * mistake with its file, line, column and key. Nothing in here is bound by reflection: each key is read by a line of
 * code that says what it expects.
 *
 * <p>The same format is described for editors by {@code caravan.schema.json} at the top of the project, and for people
 * by {@code docs/configuration.md}. A test holds the three together.
 */
package dev.caravan.config;
