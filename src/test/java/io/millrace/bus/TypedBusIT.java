package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TypedBusIT {
  private final Vertx vertx = Vertx.vertx();
  private final TypedBus bus = new TypedBus(vertx);

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void shouldRefuseASecondConsumerOfAnAddress() {
    // given
    TypedBus.Registration first = bus.consume(Addresses.shard(0), request -> {});

    // when // then
    assertThatThrownBy(() -> bus.consume(Addresses.shard(0), request -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("shard.0.requests");

    // when
    first.close();

    // then
    bus.consume(Addresses.shard(0), request -> {});
    assertThat(bus.consumedAddresses()).containsExactly("shard.0.requests");
  }

  @Test
  void shouldSayWhenNobodyIsThere() {
    // when // then
    assertThat(bus.sender(Addresses.loop(3)).send(new LoopMail(List.of()))).isFalse();
  }
}
