package io.millrace.cli;

import picocli.CommandLine.Option;

/** Text or JSON. */
final class OutputOption {
  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "text or json (default: ${DEFAULT-VALUE}).",
      defaultValue = "text")
  private OutputForm form;

  boolean isJson() {
    return form == OutputForm.JSON;
  }
}
