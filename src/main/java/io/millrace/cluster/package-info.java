/**
 * Joining a cluster: how nodes find each other, where their buses are, which cluster a node belongs
 * to. Discovery (Hazelcast) gives hints; nothing here decides who leads.
 *
 * <p>May import: model, model.config, model.image, Hazelcast, vertx-hazelcast, Vert.x.
 *
 * <p>Threading: any thread where a class does not say otherwise.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.cluster;
