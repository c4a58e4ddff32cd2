package io.longshore.messages;

import org.jspecify.annotations.Nullable;

/**
 * Which of the images that go by one name a container runs: a tag can be moved at any time.
 *
 * @param consistent whether all tasks of a deployment are to run the same one (ECS {@code
 *     versionConsistency})
 * @param digest of the image's manifest, {@code sha256:} and hex digits, as its repository knows
 *     it; null for whatever the name stands for
 */
public record ImageVersion(boolean consistent, @Nullable String digest) {
  public static final ImageVersion CONSISTENT = new ImageVersion(true, null);

  /** The name that an engine has to be given: without a tag where a digest says it all. */
  String of(String image) {
    if (digest == null || image.contains("@")) {
      return image;
    }
    int tag = image.lastIndexOf(':');
    return (tag > image.lastIndexOf('/') ? image.substring(0, tag) : image) + "@" + digest;
  }
}
