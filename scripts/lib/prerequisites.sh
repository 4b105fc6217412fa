# shellcheck shell=bash
# Checks that Java and Maven are there, to be sourced by the other scripts. What is missing is installed
# where that is possible (as root, with apt), else the error says what to do.

readonly REQUIRED_JAVA=17

# fail MESSAGE: ends the script with an error.
fail() {
  echo "$(basename "$0"): $1" >&2
  exit 1
}

# install_or_fail PACKAGE WHAT: installs a package with apt, or says that WHAT is needed.
install_or_fail() {
  local package=$1 what=$2
  if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
    fail "$what is needed and was not found; install it and put it on the PATH (Debian, Ubuntu: apt-get install $package)"
  fi
  echo "$what was not found: installing $package"
  apt-get update -qq || fail "apt-get update failed; install $what by hand"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null ||
    fail "apt-get could not install $package; install $what by hand"
}

# java_version: the major version of the JDK in use, or nothing.
java_version() {
  local javac=javac
  [[ -z ${JAVA_HOME:-} ]] || javac=$JAVA_HOME/bin/javac
  "$javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p' || true
}

# require_java: a JDK, at least REQUIRED_JAVA.
require_java() {
  local found
  found=$(java_version)
  if [[ -z $found ]]; then
    [[ -z ${JAVA_HOME:-} ]] || fail "JAVA_HOME is $JAVA_HOME, which holds no JDK; set it to a JDK $REQUIRED_JAVA or later, or unset it"
    install_or_fail "openjdk-$REQUIRED_JAVA-jdk-headless" "a JDK $REQUIRED_JAVA or later"
    found=$(java_version)
  fi
  [[ -n $found && $found -ge $REQUIRED_JAVA ]] ||
    fail "a JDK $REQUIRED_JAVA or later is needed, this is ${found:-none}; set JAVA_HOME to one"
}

# require_maven: Maven, of any version that runs the build.
require_maven() {
  command -v mvn >/dev/null || install_or_fail maven 'Maven'
}
