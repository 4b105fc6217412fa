package io.millrace.endpoint.session;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Which stream of this node goes on as which member of a group. A client may come back on another
 * connection before its old one is known to be dead; from then on the old stream must not speak as
 * this member, or the coordinator would tell it what the new one has to know.
 *
 * <p>Bounded: by the streams that are open.
 *
 * <p>Threading: any thread.
 */
public final class MemberClaims {
  private final ConcurrentMap<Key, Claim> newest = new ConcurrentHashMap<>();

  private record Key(String group, String memberId) {}

  /** Lets a stream be this member; who was it before no longer is. */
  Claim claim(String group, String memberId) {
    Claim claim = new Claim(new Key(group, memberId));
    newest.put(claim.key, claim);
    return claim;
  }

  /** A stream's right to speak as a member. */
  final class Claim {
    private final Key key;

    private Claim(Key key) {
      this.key = key;
    }

    /** Whether another stream has taken over. */
    boolean isLost() {
      return newest.get(key) != this;
    }

    /** It speaks no more. */
    void release() {
      newest.remove(key, this);
    }
  }
}
