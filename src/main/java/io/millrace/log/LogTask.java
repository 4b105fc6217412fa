package io.millrace.log;

import java.io.IOException;

/**
 * Work on a log that may block for long (fsync, a cold read, deleting files). It is made on the
 * log's owner thread, run once on a pool thread, and its result is handed back on the owner thread
 * to the method that the maker names. It touches no state that the owner mutates.
 *
 * @param <T> what it brings back
 */
@FunctionalInterface
public interface LogTask<T extends @org.jspecify.annotations.Nullable Object> {
  T run() throws IOException;
}
