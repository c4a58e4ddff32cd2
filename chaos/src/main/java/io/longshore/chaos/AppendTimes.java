package io.longshore.chaos;

import io.longshore.messages.Topics;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Has the broker say of each report when it came, and not its runner when it was made: what was
 * held back on its way was not heard until then.
 */
final class AppendTimes {
  private AppendTimes() {}

  static void askFor(String bootstrapServers) throws IOException, InterruptedException {
    var reports = new ConfigResource(ConfigResource.Type.TOPIC, Topics.REPORTS);
    var times =
        new AlterConfigOp(
            new ConfigEntry("message.timestamp.type", "LogAppendTime"), AlterConfigOp.OpType.SET);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin.incrementalAlterConfigs(Map.of(reports, List.of(times))).all().get();
    } catch (ExecutionException e) {
      throw new IOException("The broker was not to be asked for its own times", e);
    }
  }
}
