package io.millrace.endpoint.session;

import io.millrace.model.image.ClusterImage;
import io.millrace.protocol.stream.message.GetMetadata;
import io.millrace.protocol.stream.message.MetadataReply;
import io.millrace.protocol.stream.message.TopicDescription;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Describes topics. */
final class GetMetadataHandler implements MessageHandler<GetMetadata> {
  @Override
  public void handle(StreamSession session, GetMetadata message, ByteBuf frame) {
    ClusterImage image = session.loop().image();
    List<TopicDescription> topics = new ArrayList<>();
    if (message.getTopics().isEmpty()) {
      image.topics().forEach(topic -> topics.add(Descriptions.topic(topic)));
    } else {
      message.getTopics().forEach(name -> topics.add(Descriptions.named(image, name)));
    }
    session.send(new MetadataReply(message.getRequestId(), image.clusterId(), topics));
  }
}
