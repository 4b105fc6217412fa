package io.millrace.client;

import io.millrace.client.ClientSettings.Via;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Vertx;

/** Chooses the transport. */
final class Openers {
  private Openers() {}

  static Wire.Opener of(Vertx vertx, SettingValues settings) {
    return settings.get(ClientSettings.VIA) == Via.WEBSOCKET
        ? new WebSocketWire.WebSocketOpener(vertx, settings)
        : new TcpWire.TcpOpener(vertx, settings);
  }
}
