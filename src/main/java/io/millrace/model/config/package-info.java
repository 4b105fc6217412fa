/**
 * Every topic and broker setting: name, type, default, range, one line of documentation.
 *
 * <p>May import: model.
 *
 * <p>Threading: immutable values.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.model.config;
