package io.millrace.protocol.stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.nio.charset.StandardCharsets;

/** Any text as a resume token. */
final class ResumeTokenFuzzTest {

  @FuzzTest
  void shouldSurviveAnyResumeToken(byte[] data) {
    try {
      ResumeToken token = ResumeToken.parse(new String(data, StandardCharsets.ISO_8859_1));
      if (!ResumeToken.parse(token.toText()).equals(token)) {
        throw new AssertionError("a token changed: " + token);
      }
    } catch (StreamException e) {
      if (e.code() != ErrorCode.INVALID_RESUME_TOKEN) {
        throw new AssertionError("unexpected " + e.code(), e);
      }
    }
  }
}
