package io.millrace.endpoint.http;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which requests may be what they claim to be. A server on loopback is reached by every web page
 * that its user opens, so two headers that pages cannot forge decide: {@code Host} must name
 * loopback or a listed host (else a page's own name, rebound to 127.0.0.1, gets in), and {@code
 * Origin}, if present, must be a page of that same host, on any port, or listed.
 *
 * <p>Threading: immutable.
 */
final class OriginPolicy {
  private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.\\d{1,3}){3}");
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(:\\d{1,5})?");
  private static final int SHOWN_LENGTH = 80;

  private final Set<String> allowedHosts;
  private final Set<String> allowedOrigins;

  OriginPolicy(List<String> allowedHosts, List<String> allowedOrigins) {
    this.allowedHosts = lowerCase(allowedHosts);
    this.allowedOrigins = lowerCase(allowedOrigins);
  }

  private static Set<String> lowerCase(List<String> words) {
    return words.stream().map(OriginPolicy::lowerCase).collect(Collectors.toUnmodifiableSet());
  }

  private static String lowerCase(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /**
   * Checks a request's headers.
   *
   * @param hosts all values of Host
   * @param origins all values of Origin
   * @throws StreamException HOST_NOT_ALLOWED or ORIGIN_NOT_ALLOWED
   */
  void check(List<String> hosts, List<String> origins) {
    if (hosts.size() != 1) {
      throw new StreamException(
          ErrorCode.HOST_NOT_ALLOWED,
          "the request has " + hosts.size() + " Host headers, expected exactly one");
    }
    String host = lowerCase(hosts.get(0));
    checkHost(host);
    if (origins.size() > 1) {
      throw new StreamException(
          ErrorCode.ORIGIN_NOT_ALLOWED,
          "the request has " + origins.size() + " Origin headers, expected one at most");
    }
    if (!origins.isEmpty()) {
      checkOrigin(nameOf(host), lowerCase(origins.get(0)));
    }
  }

  private void checkHost(String host) {
    boolean wellFormed = HOST.matcher(host).matches();
    if (!wellFormed
        || !(isLoopback(nameOf(host))
            || allowedHosts.contains(host)
            || allowedHosts.contains(nameOf(host)))) {
      throw new StreamException(
          ErrorCode.HOST_NOT_ALLOWED,
          "Host '"
              + shown(host)
              + "' is neither loopback nor listed; add it to http.allowed.hosts if it is this"
              + " server's name");
    }
  }

  private void checkOrigin(String hostName, String origin) {
    if (allowedOrigins.contains(origin)) {
      return;
    }
    String originHost = hostOf(origin);
    boolean same = originHost.equals(hostName) || (isLoopback(originHost) && isLoopback(hostName));
    if (originHost.isEmpty() || !same) {
      throw new StreamException(
          ErrorCode.ORIGIN_NOT_ALLOWED,
          "pages of '"
              + shown(origin)
              + "' may not use this server; add it to http.allowed.origins if they should");
    }
  }

  /** The host of an origin as RFC 6454 serializes it; empty for "null" and whatever else. */
  private static String hostOf(String origin) {
    try {
      URI uri = new URI(origin);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      return web && uri.getHost() != null ? uri.getHost() : "";
    } catch (URISyntaxException e) {
      return "";
    }
  }

  /** The host without its port. */
  private static String nameOf(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }

  private static boolean isLoopback(String name) {
    return name.equals("localhost") || name.equals("[::1]") || LOOPBACK_V4.matcher(name).matches();
  }

  private static String shown(String text) {
    String cut = text.length() > SHOWN_LENGTH ? text.substring(0, SHOWN_LENGTH) + "..." : text;
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
