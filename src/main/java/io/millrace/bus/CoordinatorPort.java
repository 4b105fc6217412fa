package io.millrace.bus;

/**
 * The way to the group coordinators of a node.
 *
 * @param remote whether it is another node
 */
record CoordinatorPort(boolean remote, Sender<CoordinatorRequest> sender) {}
