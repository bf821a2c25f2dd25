package org.ledgermq.interop;

/** Runs checks one after the other and prints a line for each: "ok NAME" or "FAILED NAME: why". */
final class Checks {
  private final String name;
  private int failures = 0;

  Checks(String name) {
    this.name = name;
  }

  interface Check {
    void run() throws Exception;
  }

  void check(String what, Check check) {
    try {
      check.run();
      System.out.println("ok " + what);
    } catch (Throwable error) {
      failures++;
      System.out.println("FAILED " + what + ": " + error);
      error.printStackTrace(System.out);
    }
  }

  /** Ends the process; the exit code is the number of failures. */
  void end() {
    System.out.println(name + ": " + (failures == 0 ? "all passed" : failures + " failed"));
    System.exit(failures);
  }
}
