package io.millrace.model.image;

/** What is spoken at an address of a broker; the names stand in the metadata log. */
public enum BrokerListener {
  /** The Kafka protocol. */
  KAFKA,
  /** The stream protocol over TCP. */
  TCP,
  /** REST, server-sent events and WebSocket. */
  HTTP,
  /** Messages between the nodes of a cluster. */
  BUS
}
