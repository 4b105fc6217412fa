package io.millrace.model.group;

import io.millrace.model.ErrorCode;

/**
 * Why a request, or one entry of it, was not carried out.
 *
 * @param code {@link ErrorCode#NONE} if it was
 * @param reason what was wrong, what was expected, what to do; empty if nothing was
 */
public record GroupError(ErrorCode code, String reason) {
  public static final GroupError NONE = new GroupError(ErrorCode.NONE, "");

  /** The error with its standard sentence. */
  public static GroupError of(ErrorCode code) {
    return code == ErrorCode.NONE ? NONE : new GroupError(code, code.sentence());
  }

  public boolean isError() {
    return code != ErrorCode.NONE;
  }
}
