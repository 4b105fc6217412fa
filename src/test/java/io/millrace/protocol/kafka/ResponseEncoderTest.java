package io.millrace.protocol.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.junit.jupiter.api.Test;

final class ResponseEncoderTest {
  private static final short VERSION = 12;

  private final List<ByteBuf> frames = new ArrayList<>();
  private int held;

  private ByteBuf newFrame(int sizeBytes) {
    ByteBuf frame = Unpooled.buffer(sizeBytes);
    frames.add(frame);
    return frame;
  }

  private EncodedResponse encode(FetchResponseData answer) {
    RequestHead head = new RequestHead(ApiMessageType.FETCH, VERSION, 7, "test", 0);
    return ResponseEncoder.encode(head, VERSION, answer, this::newFrame);
  }

  private FetchableTopicResponse topic(String name) {
    PartitionData partition = new PartitionData().setRecords(new SliceRecords(new Slice()));
    return new FetchableTopicResponse().setTopic(name).setPartitions(List.of(partition));
  }

  @Test
  void shouldLetRecordsGoIfTheAnswerCannotBeEncoded() {
    // given
    FetchResponseData answer = new FetchResponseData();
    answer.responses().add(topic("first"));
    FetchableTopicResponse broken = topic("second");
    broken.partitions().get(0).setDivergingEpoch(null);
    answer.responses().add(broken);
    answer.responses().add(topic("third"));
    assertThat(held).isEqualTo(3);

    // when
    assertThatThrownBy(() -> encode(answer)).isInstanceOf(NullPointerException.class);

    // then
    assertThat(held).isZero();
    assertThat(frames).allMatch(frame -> frame.refCnt() == 0);
  }

  @Test
  void shouldLetRecordsGoWithAnAnswerThatIsNotSent() {
    // given
    FetchResponseData answer = new FetchResponseData();
    answer.responses().add(topic("first"));

    // when
    EncodedResponse encoded = encode(answer);
    int whileEncoded = held;
    encoded.release();

    // then
    assertThat(whileEncoded).isEqualTo(1);
    assertThat(held).isZero();
    assertThat(frames).allMatch(frame -> frame.refCnt() == 0);
  }

  /** Three bytes that say whether somebody holds them. */
  private final class Slice implements RecordSlice {
    Slice() {
      held++;
    }

    @Override
    public int sizeBytes() {
      return 3;
    }

    @Override
    public long baseOffset() {
      return 0;
    }

    @Override
    public long nextOffset() {
      return 1;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position, long maxBytes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(ByteBuffer target, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public RecordSlice retain() {
      held++;
      return this;
    }

    @Override
    public void release() {
      held--;
    }
  }
}
