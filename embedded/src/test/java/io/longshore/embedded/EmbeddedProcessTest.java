package io.longshore.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the real child process: a broker and a database on a data directory of the test's own. */
class EmbeddedProcessTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path data;

  @Test
  void keepsWhatItHoldsAndItsPortsOverARestart() throws Exception {
    Endpoints first;
    try (EmbeddedProcess embedded = EmbeddedProcess.start(data)) {
      first = embedded.endpoints();
      createTopic(first);
      send(first, "before the restart");
      execute(first, "create table kept (word text)");
      execute(first, "insert into kept values ('before the restart')");
      assertThat(query(first, "show fsync")).isEqualTo("on");
      assertThat(query(first, "show synchronous_commit")).isEqualTo("on");
    }
    assertThat(StalePostgres.find(postgresData())).isEmpty();
    try (EmbeddedProcess embedded = EmbeddedProcess.start(data)) {
      assertThat(embedded.endpoints()).isEqualTo(first);
      assertThat(received(first)).containsExactly("before the restart");
      assertThat(query(first, "select word from kept")).isEqualTo("before the restart");
    }
  }

  @Test
  void aKilledChildLosesNothingAndItsPostgresIsReplaced() throws Exception {
    Endpoints endpoints;
    try (EmbeddedProcess embedded = EmbeddedProcess.start(data)) {
      endpoints = embedded.endpoints();
      createTopic(endpoints);
      send(endpoints, "acknowledged");
      execute(endpoints, "create table kept (word text)");
      execute(endpoints, "insert into kept values ('committed')");
      embedded.kill();
      ProcessHandle stale = StalePostgres.find(postgresData()).orElseThrow();
      try (EmbeddedProcess next = EmbeddedProcess.start(data)) {
        assertThat(stale.isAlive()).isFalse();
        assertThat(received(next.endpoints())).containsExactly("acknowledged");
        assertThat(query(next.endpoints(), "select word from kept")).isEqualTo("committed");
      }
    }
  }

  @Test
  void aFirstStartThatWasCutOffDoesNotBreakTheNext() throws Exception {
    EmbeddedProcess.start(data).close();
    // What a kill in the middle of unpacking and initialising leaves: files, and no word that they
    // are whole.
    Files.delete(data.resolve("postgres/initialised"));
    Files.delete(postgresData().resolve("PG_VERSION"));
    try (var programs = Files.list(data.resolve("postgres/binaries"))) {
      for (Path program : programs.filter(Files::isDirectory).toList()) {
        Files.delete(program.resolve(".exists"));
      }
    }
    try (EmbeddedProcess next = EmbeddedProcess.start(data)) {
      assertThat(query(next.endpoints(), "select 'well'")).isEqualTo("well");
    }
  }

  @Test
  void childAndPostgresGoWhenTheParentIsKilled() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName(),
                data.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader reader = parent.inputReader()) {
      String line = reader.readLine();
      assertThat(line).matches("[0-9]+");
      ProcessHandle child = ProcessHandle.of(Long.parseLong(line)).orElseThrow();
      ProcessHandle postgres = StalePostgres.find(postgresData()).orElseThrow();

      parent.destroyForcibly().waitFor();

      await()
          .atMost(SOON)
          .untilAsserted(() -> {
            assertThat(child.isAlive()).isFalse();
            assertThat(postgres.isAlive()).isFalse();
          });
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void brokerAndDatabaseStopAndStartOnTheirOwn() throws Exception {
    try (EmbeddedProcess embedded = EmbeddedProcess.start(data)) {
      Endpoints endpoints = embedded.endpoints();
      createTopic(endpoints);
      execute(endpoints, "create table kept (word text)");
      execute(endpoints, "insert into kept values ('committed')");

      embedded.stopKafka();
      assertThat(query(endpoints, "select word from kept")).isEqualTo("committed");
      embedded.startKafka();
      send(endpoints, "after its restart");
      assertThat(received(endpoints)).containsExactly("after its restart");

      embedded.stopPostgres();
      assertThatThrownBy(() -> query(endpoints, "select 1")).isInstanceOf(SQLException.class);
      embedded.startPostgres();
      assertThat(query(endpoints, "select word from kept")).isEqualTo("committed");

      embedded.crashPostgres();
      assertThatThrownBy(() -> query(endpoints, "select 1")).isInstanceOf(SQLException.class);
      embedded.startPostgres();
      assertThat(query(endpoints, "select word from kept")).isEqualTo("committed");
    }
  }

  @Test
  void twoNeverShareADataDirectory() throws Exception {
    try (EmbeddedProcess first = EmbeddedProcess.start(data)) {
      assertThatThrownBy(() -> EmbeddedProcess.start(data).close())
          .isInstanceOf(IOException.class)
          .hasMessage("Another Longshore already uses the data directory " + data + ".");
      assertThat(query(first.endpoints(), "select 1")).isEqualTo("1");
    }
  }

  /** A program that starts the child, tells its process id and waits to be killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) throws Exception {
      try (EmbeddedProcess embedded = EmbeddedProcess.start(Path.of(arguments[0]))) {
        System.out.println(embedded.pid());
        embedded.onExit().join();
      }
    }
  }

  private Path postgresData() {
    return PostgresNode.dataDirectory(data.resolve("postgres"));
  }

  private static void createTopic(Endpoints endpoints) throws Exception {
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", (Object) endpoints.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic("words", 1, (short) 1))).all().get();
    }
  }

  private static void send(Endpoints endpoints, String word) throws Exception {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", endpoints.bootstrapServers(), "acks", "all");
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>("words", word)).get();
    }
  }

  private static List<String> received(Endpoints endpoints) {
    Properties settings = new Properties();
    settings.setProperty("bootstrap.servers", endpoints.bootstrapServers());
    settings.setProperty("auto.offset.reset", "earliest");
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      var partition = new TopicPartition("words", 0);
      consumer.assign(List.of(partition));
      var records = await().atMost(SOON).until(() -> consumer.poll(SOON), r -> !r.isEmpty());
      return records.records(partition).stream().map(r -> r.value()).toList();
    }
  }

  private static void execute(Endpoints endpoints, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(endpoints.jdbcUrl(), endpoints.user(), "");
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(Endpoints endpoints, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(endpoints.jdbcUrl(), endpoints.user(), "");
        var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }
}
