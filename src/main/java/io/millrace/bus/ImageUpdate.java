package io.millrace.bus;

import io.millrace.model.image.ClusterImage;

/**
 * A newer image for a shard; answered with {@link MetadataReply.Done} when the shard has opened and
 * closed its partitions by it.
 */
public record ImageUpdate(long correlationId, Address<LoopMail> replyTo, ClusterImage image)
    implements BusMessage {}
