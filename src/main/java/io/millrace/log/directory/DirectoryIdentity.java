package io.millrace.log.directory;

import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Whose data a directory holds; kept in {@code meta.properties}.
 *
 * @param clusterId 22 characters of URL-safe base64
 * @param nodeId the broker that wrote it
 * @param directoryId 22 characters of URL-safe base64, drawn when the directory was first used, so
 *     that a wiped disk is recognised as a new member
 */
public record DirectoryIdentity(String clusterId, NodeId nodeId, String directoryId) {
  /** Its name in the data directory. */
  public static final String FILE = "meta.properties";

  static final int VERSION = 1;

  byte[] encode() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("version", Integer.toString(VERSION));
    values.put("cluster.id", clusterId);
    values.put("node.id", nodeId.toString());
    values.put("directory.id", directoryId);
    return KeyValueText.format(values);
  }

  static DirectoryIdentity decode(byte[] bytes) throws IOException {
    KeyValueText text = KeyValueText.parse(FILE, bytes);
    text.requireVersion(VERSION);
    try {
      return new DirectoryIdentity(
          text.get("cluster.id"), new NodeId(text.getInt("node.id")), text.get("directory.id"));
    } catch (StreamException e) {
      throw new IOException(FILE + ": " + e.getMessage(), e);
    }
  }
}
