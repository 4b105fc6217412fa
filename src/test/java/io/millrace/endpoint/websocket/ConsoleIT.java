package io.millrace.endpoint.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.endpoint.http.HttpFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console page in a real browser. */
class ConsoleIT {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

  @Test
  void shouldShowATopicLive(@TempDir Path directory) throws Exception {
    assumeTrue(Files.isExecutable(CHROMIUM), "there is no " + CHROMIUM);
    // given
    try (HttpFixture server = StreamFixture.ready()) {
      StreamFixture.createTopic(server, "flights", 2);
      StreamFixture.createTopic(server, "orders.v2", 6);
      StreamFixture.write(server, "flights", 0, 0, 25);
      StreamFixture.write(server, "flights", 1, 100, 103);
      server.send(
          "POST",
          "/v1/topics/flights/records",
          "{\"partition\":1,\"key\":\"<b>k</b>\",\"value\":\"<script>alert(1)</script>\"}");

      // when
      String page = dom(server, directory);

      // then
      assertThat(page)
          .contains("orders.v2")
          .contains("6 partitions")
          .contains("v24")
          .contains("v102")
          .doesNotContain(">v4<")
          .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
          .contains("class=\"state live\"");
    }
  }

  private static String dom(HttpFixture server, Path directory)
      throws IOException, InterruptedException {
    Path dom = directory.resolve("dom.html");
    Process browser =
        new ProcessBuilder(
                CHROMIUM.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + directory.resolve("profile"),
                "--window-size=1280,900",
                "--virtual-time-budget=6000",
                "--dump-dom",
                server.uri("/#flights").toString())
            .redirectOutput(dom.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(browser.waitFor(60, TimeUnit.SECONDS)).as("the browser ends").isTrue();
    } finally {
      browser.destroyForcibly();
    }
    return Files.readString(dom, StandardCharsets.UTF_8);
  }
}
