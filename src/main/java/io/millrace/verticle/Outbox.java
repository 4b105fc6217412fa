package io.millrace.verticle;

import io.millrace.bus.Address;
import io.millrace.bus.BusReply;
import io.millrace.bus.LoopMail;
import io.millrace.bus.Sender;
import io.millrace.bus.TypedBus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects the replies of one event, and sends each loop its share as one message. */
final class Outbox {
  private final Post post;
  private final List<Letter> letters = new ArrayList<>();

  Outbox(TypedBus bus) {
    this(new BusPost(bus));
  }

  /** An outbox that somebody else empties. */
  Outbox(Post post) {
    this.post = post;
  }

  /** Takes mail to a loop. */
  @FunctionalInterface
  interface Post {
    void send(Address<LoopMail> to, LoopMail mail);
  }

  void reply(Address<LoopMail> to, BusReply reply) {
    letters.add(new Letter(to, reply));
  }

  /** Sends what was collected; what a loop that is gone would have got is given back. */
  void flush() {
    if (letters.isEmpty()) {
      return;
    }
    if (letters.size() == 1) {
      Letter only = letters.get(0);
      letters.clear();
      send(only.to(), List.of(only.reply()));
      return;
    }
    Map<Address<LoopMail>, List<BusReply>> byLoop = new HashMap<>();
    letters.forEach(
        letter -> byLoop.computeIfAbsent(letter.to(), to -> new ArrayList<>()).add(letter.reply()));
    letters.clear();
    byLoop.forEach(this::send);
  }

  private void send(Address<LoopMail> to, List<BusReply> replies) {
    post.send(to, new LoopMail(replies));
  }

  private static final class BusPost implements Post {
    private final TypedBus bus;
    private final Map<Address<LoopMail>, Sender<LoopMail>> senders = new HashMap<>();

    BusPost(TypedBus bus) {
      this.bus = bus;
    }

    @Override
    public void send(Address<LoopMail> to, LoopMail mail) {
      if (!senders.computeIfAbsent(to, bus::sender).send(mail)) {
        senders.remove(to);
        mail.discard();
      }
    }
  }

  private record Letter(Address<LoopMail> to, BusReply reply) {}
}
