# shellcheck shell=bash
# Checks that Java and Maven are there, to be sourced by the other scripts. What is missing is installed
# where that is possible (as root, with apt), else the error says what to do.

readonly REQUIRED_JAVA=17

# fail MESSAGE: ends the script with an error.
fail() {
  echo "$(basename "$0"): $1" >&2
  exit 1
}

# try_install PACKAGE WHAT: installs a package with apt; says why not, and fails, where it cannot.
try_install() {
  local package=$1 what=$2
  if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
    echo "$what was not found; install it and put it on the PATH (Debian, Ubuntu: apt-get install $package)" >&2
    return 1
  fi
  echo "$what was not found: installing $package"
  if ! apt-get update -qq ||
    ! DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null; then
    echo "apt-get could not install $package; install $what by hand" >&2
    return 1
  fi
}

# install_or_fail PACKAGE WHAT: installs a package with apt, or says that WHAT is needed and ends the script.
install_or_fail() {
  try_install "$1" "$2" || fail "$2 is needed"
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

# offer_browser: Chromium, for the test that looks at the console page; without it that test is skipped, and says so.
offer_browser() {
  [[ -x /usr/bin/chromium ]] || try_install chromium 'Chromium' || echo 'not run: the console page in a real browser' >&2
}
