package io.millrace.verticle;

import io.millrace.model.image.PartitionImage;

/** Tells those parts of a shard that keep something of each partition. */
record PartitionNews(ShardUpkeep upkeep, ReplicaFetcher fetcher)
    implements ShardPartitions.Listener {
  @Override
  public void onOpened(HostedPartition opened) {
    upkeep.onOpened(opened);
  }

  @Override
  public void onFollowed(HostedPartition followed, PartitionImage image) {
    fetcher.onFollowed(followed, image);
  }

  @Override
  public void onClosing(HostedPartition closing) {
    fetcher.onClosing(closing);
    upkeep.onClosing(closing);
  }
}
