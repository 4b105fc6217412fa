package io.millrace.architecture.violation.imports.unplanned;

/** Lives in a package that the table does not name. */
final class NobodyKnowsThisPackage {}
