package io.longshore.chaos;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import io.longshore.standalone.BusyboxImage;
import java.util.List;

/** The image of the tests, made of this machine's static busybox where it is missing. */
public final class TestImage {
  public static final String NAME = "longshore-test/busybox:1";

  private static final List<String> APPLETS =
      List.of("sh", "sleep", "true", "false", "echo", "cat", "env", "httpd", "kill", "mkdir");

  private TestImage() {}

  public static void ensure(DockerClient docker) {
    try {
      docker.inspectImageCmd(NAME).exec();
    } catch (NotFoundException e) {
      BusyboxImage.make(
          docker,
          BusyboxImage.busybox()
              .orElseThrow(() ->
                  new AssertionError(
                      "The engine has no image "
                          + NAME
                          + " and this machine no static busybox to make it of.")),
          NAME,
          APPLETS);
    }
  }
}
