/**
 * What every listener shares: TLS from PEM files, where it may bind, how many may connect, whether
 * the node takes work, and how an endpoint contributes routes to the HTTP listener.
 *
 * <p>May import: model, model.config, model.image, Vert.x.
 *
 * <p>Threading: said by each class.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.endpoint;
