package io.millrace.bus;

import io.millrace.model.image.ClusterImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells this node of new images: first its shards, which open and close partitions by it, then,
 * once all of them have, everybody who looks at {@link LatestImage} or listens on a loop. So nobody
 * on this node hears of a topic that cannot be used yet.
 *
 * <p>Threading: the loop of its {@link LoopBus}. Images are published one at a time, by the caller.
 */
public final class ImagePublisher {
  private final LoopBus loop;
  private final LatestImage latest;
  private final List<Sender<ImageUpdate>> shards = new ArrayList<>();
  private final long timeoutNanos;

  /**
   * A publisher for all shards.
   *
   * @param timeoutMs after which a shard that does not follow is an error of this node
   */
  public ImagePublisher(LoopBus loop, LatestImage latest, int shardCount, int timeoutMs) {
    this.loop = loop;
    this.latest = latest;
    this.timeoutNanos = timeoutMs * 1_000_000L;
    for (int shard = 0; shard < shardCount; shard++) {
      shards.add(loop.bus().sender(Addresses.shardImages(shard)));
    }
  }

  /** Completes when the local shards follow the image and everybody on this node sees it. */
  public Future<Void> publish(ClusterImage image) {
    List<Future<MetadataReply>> followed = new ArrayList<>();
    for (Sender<ImageUpdate> shard : shards) {
      Promise<MetadataReply> promise = Promise.promise();
      new MetadataCall(loop, loop.nowNanos() + timeoutNanos, promise)
          .send(shard::send, id -> new ImageUpdate(id, loop.address(), image));
      followed.add(promise.future());
    }
    return Future.join(followed).onComplete(done -> show(image)).mapEmpty();
  }

  private void show(ClusterImage image) {
    latest.set(image);
    LoopMail news = new LoopMail(List.of(new MetadataReply.ImageChanged(LoopBus.UNASKED, image)));
    // A loop that closed meanwhile needs no news.
    loop.bus().loops().forEach(address -> loop.bus().sender(address).send(news));
  }
}
