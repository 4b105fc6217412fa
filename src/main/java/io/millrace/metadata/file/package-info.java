/**
 * The metadata log of a single node: one directory of fsynced append-only files and snapshots.
 *
 * <p>May import: metadata, metadata.codec, model and below.
 *
 * <p>Threading: files are touched by one worker task at a time; all else on the owner thread.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.metadata.file;
