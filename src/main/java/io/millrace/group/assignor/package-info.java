/**
 * The server's assignors: {@code uniform} and {@code range}.
 *
 * <p>May import: group, model, model.config, model.group, model.image.
 *
 * <p>Threading: stateless.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.group.assignor;
