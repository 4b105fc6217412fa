package io.millrace.endpoint;

import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.Setting;

/** What a node listens for, and the settings that say where. */
public enum Listener {
  TCP("tcp", -1),
  HTTP("http", -2),
  KAFKA("kafka", -3);

  private final String title;
  private final int sharedFreePort;

  Listener(String title, int sharedFreePort) {
    this.title = title;
    this.sharedFreePort = sharedFreePort;
  }

  /** For people, logs and meters. */
  public String title() {
    return title;
  }

  public Setting<String> host() {
    return switch (this) {
      case TCP -> ListenerSettings.TCP_HOST;
      case HTTP -> ListenerSettings.HTTP_HOST;
      case KAFKA -> ListenerSettings.KAFKA_HOST;
    };
  }

  public Setting<Integer> port() {
    return switch (this) {
      case TCP -> ListenerSettings.TCP_PORT;
      case HTTP -> ListenerSettings.HTTP_PORT;
      case KAFKA -> ListenerSettings.KAFKA_PORT;
    };
  }

  public Setting<Boolean> tlsEnable() {
    return switch (this) {
      case TCP -> ListenerSettings.TCP_TLS_ENABLE;
      case HTTP -> ListenerSettings.HTTP_TLS_ENABLE;
      case KAFKA -> ListenerSettings.KAFKA_TLS_ENABLE;
    };
  }

  /**
   * What Vert.x is given for "any free port": servers on one host that name the same negative
   * number share the port that the first of them finds, so no two listeners have the same.
   */
  int sharedFreePort() {
    return sharedFreePort;
  }
}
