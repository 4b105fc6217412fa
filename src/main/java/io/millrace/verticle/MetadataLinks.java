package io.millrace.verticle;

import io.millrace.bus.Addresses;
import io.millrace.bus.BusLimits;
import io.millrace.bus.LoopBus;
import io.millrace.bus.LoopMail;
import io.millrace.bus.MetadataFetchClient;
import io.millrace.bus.MetadataFetchReply;
import io.millrace.bus.MetadataFetchRequest;
import io.millrace.bus.RaftMail;
import io.millrace.bus.Sender;
import io.millrace.bus.TypedBus;
import io.millrace.metadata.MemberId;
import io.millrace.metadata.raft.MetadataFetchWire;
import io.millrace.metadata.raft.MetadataSource;
import io.millrace.metadata.raft.RaftTransport;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the metadata log of a node needs of the bus: the way to other members, the way to those who
 * tell what was committed, and the answers to those who ask this node. One per node:
 *
 * <pre>{@code
 * MetadataLinks links = MetadataLinks.open(vertx, bus, limits, time, self, whomToAsk); // on a context
 * ClusterMetadataLog log =
 *     ClusterMetadataLog.open(config, links.transport(), links.source(), owner, worker);
 * links.serve(log.source());
 * log.subscribe(driver);
 * ...
 * log.close(), and when that is done
 * links.close();
 * }</pre>
 *
 * <p>The node must be known by its id before ({@code TypedBus}'s own key), since others answer to
 * that.
 *
 * <p>Threading: {@link #open} and {@link #close} on the context that it is to live on, the rest on
 * any thread.
 */
public final class MetadataLinks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetadataLinks.class);
  private static final long ANSWER_NANOS = 2_000_000_000L;
  private static final int MAX_ANSWERING = 64;

  private final Context context;
  private final TypedBus bus;
  private final TimeSource time;
  private final MemberId self;
  private final Supplier<Collection<NodeId>> whomToAsk;
  private final LoopBus loop;
  private final MetadataFetchClient client;
  private final List<TypedBus.Registration> registrations;
  private final Map<NodeId, Sender<RaftMail>> senders = new ConcurrentHashMap<>();
  private final VoterChoice choice = new VoterChoice();
  private volatile @Nullable Consumer<ByteBuffer> receiver;
  private volatile @Nullable MetadataSource own;
  private final Map<Long, Long> answeringSinceNanos = new LinkedHashMap<>();
  private long answers;

  private MetadataLinks(
      Vertx vertx,
      TypedBus bus,
      BusLimits limits,
      TimeSource time,
      MemberId self,
      Supplier<Collection<NodeId>> whomToAsk) {
    this.context = vertx.getOrCreateContext();
    this.bus = bus;
    this.time = time;
    this.self = self;
    this.whomToAsk = whomToAsk;
    this.loop = LoopBus.open(vertx, bus, time, limits);
    this.client = new MetadataFetchClient(loop);
    this.registrations =
        List.of(
            bus.consume(Addresses.raft(self.nodeId()), this::receive),
            bus.consume(Addresses.metadataFetch(self.nodeId()), this::answer));
  }

  /**
   * Opens them on the context that this is called on.
   *
   * @param self this node's member: its id, and the id of its data directory
   * @param whomToAsk the nodes to follow while this one is no member, the likeliest first: the
   *     voters of the newest image, then its other brokers, and before there is an image whoever
   *     told this node of the cluster. This node itself may be among them, and is left out. Called
   *     on this context
   */
  public static MetadataLinks open(
      Vertx vertx,
      TypedBus bus,
      BusLimits limits,
      TimeSource time,
      MemberId self,
      Supplier<Collection<NodeId>> whomToAsk) {
    return new MetadataLinks(vertx, bus, limits, time, self, whomToAsk);
  }

  /** The way to other members. */
  public RaftTransport transport() {
    return new RaftTransport() {
      @Override
      public void send(String memberKey, ByteBuffer message) {
        MemberId.parse(memberKey).ifPresent(to -> toMember(to, message));
      }

      @Override
      public void onReceive(Consumer<ByteBuffer> handler) {
        receiver = handler;
      }
    };
  }

  /** Lost if there is no way, or no room on it: Raft sends again. */
  private void toMember(MemberId to, ByteBuffer message) {
    Sender<RaftMail> sender =
        senders.computeIfAbsent(to.nodeId(), node -> bus.sender(Addresses.raft(node)));
    if (!sender.send(new RaftMail(to.key(), message))) {
      senders.remove(to.nodeId(), sender);
    }
  }

  private void receive(RaftMail mail) {
    Consumer<ByteBuffer> handler = receiver;
    if (handler != null && mail.toMember().equals(self.key())) {
      handler.accept(mail.bytes());
    }
  }

  /**
   * Asks one of those who may know, another one each time that one does not answer. Its stages
   * complete on this context, and fail if nobody answered this time.
   */
  public MetadataSource source() {
    return request -> {
      CompletableFuture<MetadataSource.Fetched> fetched = new CompletableFuture<>();
      context.runOnContext(now -> ask(request, fetched));
      return fetched;
    };
  }

  private void ask(
      MetadataSource.Request request, CompletableFuture<MetadataSource.Fetched> fetched) {
    long now = time.monotonicNanos();
    List<NodeId> others =
        whomToAsk.get().stream().filter(node -> !node.equals(self.nodeId())).toList();
    Optional<NodeId> chosen = choice.next(others, now);
    if (chosen.isEmpty()) {
      fetched.completeExceptionally(
          new StreamException(
              ErrorCode.LEADER_NOT_AVAILABLE, "no other node is known to have the metadata"));
      return;
    }
    NodeId node = chosen.get();
    client
        .ask(node, ByteBuffer.wrap(MetadataFetchWire.encode(request)), now + ANSWER_NANOS)
        .map(MetadataLinks::read)
        .onSuccess(
            answer -> {
              choice.answered(node, hasNews(answer), time.monotonicNanos());
              fetched.complete(answer);
            })
        .onFailure(
            error -> {
              LOG.debug("node {} does not tell what is committed: {}", node, error.getMessage());
              choice.failed(node, time.monotonicNanos());
              fetched.completeExceptionally(error);
            });
  }

  private static MetadataSource.Fetched read(ByteBuffer answer) {
    try {
      return MetadataFetchWire.decodeFetched(answer);
    } catch (IOException e) {
      throw new StreamException(ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()), e);
    }
  }

  private static boolean hasNews(MetadataSource.Fetched answer) {
    return !(answer instanceof MetadataSource.Entries entries) || !entries.proposals().isEmpty();
  }

  /**
   * From here on others that ask are answered from this; before, they are told to look elsewhere.
   */
  public void serve(MetadataSource newOwn) {
    own = newOwn;
  }

  private void answer(MetadataFetchRequest question) {
    MetadataSource source = own;
    if (source == null) {
      reply(question, ErrorCode.LEADER_NOT_AVAILABLE, new byte[0]);
      return;
    }
    if (!mayAnswer()) {
      reply(question, ErrorCode.THROTTLED, new byte[0]);
      return;
    }
    MetadataSource.Request request;
    try {
      request = MetadataFetchWire.decodeRequest(question.bytes());
    } catch (IOException e) {
      LOG.warn("a question for metadata cannot be read: {}", e.getMessage());
      reply(question, ErrorCode.INVALID_REQUEST, new byte[0]);
      return;
    }
    long number = answers++;
    answeringSinceNanos.put(number, time.monotonicNanos());
    source
        .fetch(request)
        .whenComplete(
            (fetched, error) ->
                context.runOnContext(
                    now -> {
                      answeringSinceNanos.remove(number);
                      answered(question, fetched, error);
                    }));
  }

  /** Nobody waits for an answer that takes too long, and of a log that was closed none comes. */
  private boolean mayAnswer() {
    long now = time.monotonicNanos();
    answeringSinceNanos.values().removeIf(since -> now - since > ANSWER_NANOS);
    return answeringSinceNanos.size() < MAX_ANSWERING;
  }

  private void answered(
      MetadataFetchRequest question,
      MetadataSource.@Nullable Fetched fetched,
      @Nullable Throwable error) {
    if (fetched != null) {
      reply(question, ErrorCode.NONE, MetadataFetchWire.encode(fetched));
    } else {
      reply(
          question,
          error instanceof StreamException known ? known.code() : ErrorCode.LEADER_NOT_AVAILABLE,
          new byte[0]);
    }
  }

  /** If that node cannot be reached it asks again. */
  private void reply(MetadataFetchRequest question, ErrorCode error, byte[] bytes) {
    bus.sender(question.replyTo())
        .send(
            new LoopMail(
                List.of(
                    new MetadataFetchReply(
                        question.correlationId(), error, ByteBuffer.wrap(bytes)))));
  }

  /** Whoever still waits for an answer of another node hears that there is none. */
  @Override
  public void close() {
    registrations.forEach(TypedBus.Registration::close);
    receiver = null;
    own = null;
    loop.close();
  }
}
