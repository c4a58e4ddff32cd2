package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import com.github.dockerjava.api.model.Statistics;
import io.longshore.messages.Codec;
import io.longshore.messages.Json;
import io.longshore.runner.core.Inspection;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.Insight;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What the engine tells of single containers, and of its own bridge. */
final class DockerInsight implements Insight {
  private static final String BRIDGE = "bridge";
  private static final String INTERFACE = "com.docker.network.bridge.name";
  // The engine measures twice, a second apart, so that rates can be told.
  private static final int MEASURING_SECONDS = 10;

  private final DockerCalls calls;
  private final DockerPause pause;

  DockerInsight(DockerCalls calls, DockerPause pause) {
    this.calls = calls;
    this.pause = pause;
  }

  @Override
  public @Nullable String bridgeAddress() throws EngineException {
    Network bridge = bridge();
    if (bridge == null) {
      return null;
    }
    List<Network.Ipam.Config> ranges =
        bridge.getIpam() == null ? null : bridge.getIpam().getConfig();
    for (Network.Ipam.Config range : ranges == null ? List.<Network.Ipam.Config>of() : ranges) {
      String gateway = range.getGateway();
      if (gateway != null && !gateway.isEmpty() && !gateway.contains(":")) {
        return gateway;
      }
    }
    // Some engines do not say, but the bridge has the address.
    String name = bridge.getOptions() == null ? null : bridge.getOptions().get(INTERFACE);
    return name == null ? null : address(name);
  }

  private @Nullable Network bridge() throws EngineException {
    try {
      return calls.client().inspectNetworkCmd().withNetworkId(BRIDGE).exec();
    } catch (NotFoundException e) {
      return null;
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
  }

  private static @Nullable String address(String networkInterface) {
    try {
      NetworkInterface found = NetworkInterface.getByName(networkInterface);
      return found == null
          ? null
          : found
              .inetAddresses()
              .filter(Inet4Address.class::isInstance)
              .map(address -> address.getHostAddress())
              .findFirst()
              .orElse(null);
    } catch (SocketException e) {
      return null;
    }
  }

  @Override
  public @Nullable Inspection inspect(String container, String runtimeId) throws EngineException {
    InspectContainerResponse answer = calls.inspect(runtimeId);
    if (answer == null) {
      return null;
    }
    Sighting own = DockerAnswers.inspected(container, answer);
    Map<String, String> labels = answer.getConfig() == null ? null : answer.getConfig().getLabels();
    String name = answer.getName() == null ? "" : answer.getName();
    return new Inspection(
        DockerPause.isJoined(answer) ? pause.joined(own, answer) : own,
        name.startsWith("/") ? name.substring(1) : name,
        answer.getImageId(),
        DockerAnswers.time(answer.getCreated()),
        labels == null ? Map.of() : labels,
        mounts(answer));
  }

  private static List<Inspection.Mount> mounts(InspectContainerResponse answer) {
    List<Inspection.Mount> mounts = new ArrayList<>();
    List<InspectContainerResponse.Mount> all = answer.getMounts();
    for (var mount : all == null ? List.<InspectContainerResponse.Mount>of() : all) {
      if (mount.getSource() != null && mount.getDestination() != null) {
        mounts.add(
            new Inspection.Mount(
                mount.getName(), mount.getSource(), mount.getDestination().getPath()));
      }
    }
    return mounts;
  }

  @Override
  public @Nullable Json statistics(String runtimeId) throws EngineException {
    AtomicReference<@Nullable Statistics> told = new AtomicReference<>();
    ResultCallback.Adapter<Statistics> listening =
        new ResultCallback.Adapter<>() {
          @Override
          public void onNext(Statistics statistics) {
            told.set(statistics);
          }
        };
    try (listening) {
      boolean complete =
          calls
              .client()
              .statsCmd(runtimeId)
              .withNoStream(true)
              .exec(listening)
              .awaitCompletion(MEASURING_SECONDS, TimeUnit.SECONDS);
      Statistics statistics = told.get();
      // As the engine wrote it, members nobody here knows included.
      return complete && statistics != null
          ? new Json(Codec.encodeText(statistics.getRawValues()))
          : null;
    } catch (NotFoundException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(Problem.UNREACHABLE, "interrupted", e);
    } catch (Exception e) {
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
  }
}
