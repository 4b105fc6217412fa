package io.millrace.bus;

import io.millrace.model.image.ClusterImage;

/**
 * The newest image that the shards of this node follow.
 *
 * <p>Threading: set by the MetadataVerticle, read by anybody.
 */
public final class LatestImage {
  private volatile ClusterImage image = ClusterImage.empty();

  public ClusterImage get() {
    return image;
  }

  /** Keeps this image; one that is older than the one kept is a mistake of the caller. */
  public void set(ClusterImage newer) {
    if (newer.version() < image.version()) {
      throw new IllegalStateException(
          "image " + newer.version() + " follows the newer image " + image.version());
    }
    image = newer;
  }
}
