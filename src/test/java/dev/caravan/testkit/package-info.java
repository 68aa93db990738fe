/** What tests of several rooms share. */
package dev.caravan.testkit;
