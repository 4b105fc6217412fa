package io.millrace.log;

import java.io.IOException;

/**
 * A write found no space, or a quota was reached. Part of it may have been written; what was there
 * before is intact, so the writer can cut the part off, refuse the write and try again later.
 */
public final class DiskFullException extends IOException {
  private static final long serialVersionUID = 1L;

  public DiskFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
