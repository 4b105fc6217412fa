package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.MessageType;
import io.millrace.protocol.stream.message.AlterTopic;
import io.millrace.protocol.stream.message.Commit;
import io.millrace.protocol.stream.message.CreatePartitions;
import io.millrace.protocol.stream.message.CreateTopic;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.DeleteGroup;
import io.millrace.protocol.stream.message.DeleteOffsets;
import io.millrace.protocol.stream.message.DeleteRecords;
import io.millrace.protocol.stream.message.DeleteTopic;
import io.millrace.protocol.stream.message.DescribeCluster;
import io.millrace.protocol.stream.message.DescribeGroup;
import io.millrace.protocol.stream.message.DrainNode;
import io.millrace.protocol.stream.message.FetchOffsets;
import io.millrace.protocol.stream.message.GetMetadata;
import io.millrace.protocol.stream.message.GetPosition;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.InitProducer;
import io.millrace.protocol.stream.message.ListGroups;
import io.millrace.protocol.stream.message.ListOffsets;
import io.millrace.protocol.stream.message.Pause;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import io.millrace.protocol.stream.message.Produce;
import io.millrace.protocol.stream.message.ProduceRecords;
import io.millrace.protocol.stream.message.RebalanceCluster;
import io.millrace.protocol.stream.message.Released;
import io.millrace.protocol.stream.message.ResetOffsets;
import io.millrace.protocol.stream.message.Resume;
import io.millrace.protocol.stream.message.Seek;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Unsubscribe;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/** Which handler takes which message. */
final class Handlers {
  private final Map<Class<?>, MessageHandler<?>> byMessage = new HashMap<>();

  Handlers() {
    add(AlterTopic.class, new AlterTopicHandler());
    add(Commit.class, new CommitHandler());
    add(CreatePartitions.class, new CreatePartitionsHandler());
    add(CreateTopic.class, new CreateTopicHandler());
    add(Credit.class, new CreditHandler());
    add(DeleteGroup.class, new DeleteGroupHandler());
    add(DeleteOffsets.class, new DeleteOffsetsHandler());
    add(DeleteRecords.class, new DeleteRecordsHandler());
    add(DeleteTopic.class, new DeleteTopicHandler());
    add(DescribeGroup.class, new DescribeGroupHandler());
    add(DrainNode.class, new DrainNodeHandler());
    add(FetchOffsets.class, new FetchOffsetsHandler());
    add(GetMetadata.class, new GetMetadataHandler());
    add(GetPosition.class, new GetPositionHandler());
    add(Hello.class, new HelloHandler());
    add(InitProducer.class, new InitProducerHandler());
    add(DescribeCluster.class, new DescribeClusterHandler());
    add(ListGroups.class, new ListGroupsHandler());
    add(ListOffsets.class, new ListOffsetsHandler());
    add(Pause.class, new PauseHandler());
    add(Ping.class, new PingHandler());
    add(Pong.class, new PongHandler());
    add(Produce.class, new ProduceHandler());
    add(ProduceRecords.class, new ProduceRecordsHandler());
    add(RebalanceCluster.class, new RebalanceClusterHandler());
    add(Released.class, new ReleasedHandler());
    add(ResetOffsets.class, new ResetOffsetsHandler());
    add(Resume.class, new ResumeHandler());
    add(Seek.class, new SeekHandler());
    add(Subscribe.class, new SubscribeHandler());
    add(Unsubscribe.class, new UnsubscribeHandler());
  }

  private <T extends SpecificRecord> void add(Class<T> message, MessageHandler<T> handler) {
    byMessage.put(message, handler);
  }

  /**
   * @throws StreamException what the handler throws, or INVALID_REQUEST if only servers send this
   */
  @SuppressWarnings("unchecked") // add() pairs each class with a handler of it
  void handle(StreamSession session, SpecificRecord message, ByteBuf frame) {
    MessageHandler<SpecificRecord> handler =
        (MessageHandler<SpecificRecord>) byMessage.get(message.getClass());
    if (handler == null) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          MessageType.of(message).jsonName() + " is sent by the server, not by clients");
    }
    handler.handle(session, message, frame);
  }
}
