package io.millrace.model;

/**
 * Whether this node still has the controller's leave to lead. Counted on the monotonic clock from
 * when its last answered heartbeat was sent, so that a node that was asleep knows, before it
 * acknowledges or serves anything, that somebody else may lead by now.
 *
 * <p>Threading: any thread; cheap enough to ask before every answer.
 */
@FunctionalInterface
public interface Lease {
  /** Of a node that nobody else could stand in for. */
  Lease ALWAYS = () -> true;

  boolean isValid();
}
