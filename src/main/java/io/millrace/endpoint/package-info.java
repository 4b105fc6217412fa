/**
 * What every listener shares: TLS from PEM files, where it may bind, how many may connect, frames
 * and their memory, whether the node takes work, and how an endpoint contributes routes to the HTTP
 * listener.
 *
 * <p>May import: bus, record, model.*, Vert.x and the Netty below it.
 *
 * <p>Threading: said by each class.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.endpoint;
