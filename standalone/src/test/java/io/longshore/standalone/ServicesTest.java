package io.longshore.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.embedded.Endpoints;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ServicesTest {
  @Test
  void theServicesAreToldWhereEverythingIs() {
    var options =
        new Services.Options(
            Path.of("/data"), URI.create("http://127.0.0.1:9090"), 9090, "process", 3);
    var endpoints =
        new Endpoints("127.0.0.1:20001", "jdbc:postgresql://127.0.0.1:20002/postgres", "postgres");

    assertThat(Services.settings(options, endpoints))
        .containsEntry("kafka.bootstrap.servers", "127.0.0.1:20001")
        .containsEntry("longshore.database.url", "jdbc:postgresql://127.0.0.1:20002/postgres")
        .containsEntry("longshore.database.user", "postgres")
        .containsEntry("longshore.read-database.url", "jdbc:postgresql://127.0.0.1:20002/postgres")
        .containsEntry("longshore.read-database.user", "longshore_read")
        .containsEntry("longshore.api.data", "/data/api")
        .containsEntry("longshore.runner.cluster", "*")
        .containsEntry("longshore.runner.count", "3")
        .containsEntry("longshore.runner.driver", "process")
        .containsEntry("longshore.runner.data", "/data/runner")
        .containsEntry("quarkus.http.host", "127.0.0.1")
        .containsEntry("quarkus.http.port", "9090")
        .containsEntry("longshore.logs", "/data/logs")
        .containsEntry("quarkus.log.file.path", "/data/logs/longshore.log");
  }
}
