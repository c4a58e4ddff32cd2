package io.longshore.k8s;

/**
 * What is wrong with a manifest.
 *
 * @param where the files it is made of, and what it is
 * @param path of the field
 */
record Problem(String where, String path, String what) {
  @Override
  public String toString() {
    return where + ": " + path + ": " + what;
  }
}
