package io.millrace.architecture.violation.imports.bus;

/** Something that the model may not know. */
public final class Target {}
