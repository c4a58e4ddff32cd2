package io.longshore.benchmarks;

import io.longshore.chaos.LoopbackPorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Somebody else's load balancer, as a process that is ended with this one at the latest.
 *
 * @param http where it takes HTTP
 * @param tcp where it passes bytes on; null when it does not
 */
record Proxy(
    String name, Process process, InetSocketAddress http, @Nullable InetSocketAddress tcp) {
  private static final int PATIENCE_SECONDS = 60;
  private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().unstarted(() -> STARTED.forEach(Process::destroy)));
  }

  /** Null, with a sentence for people, where it is not installed. */
  static @Nullable Proxy haproxy(Path folder, int threads, List<Integer> targets)
      throws IOException, InterruptedException {
    if (!isInstalled("haproxy")) {
      return null;
    }
    int http = LoopbackPorts.next();
    int tcp = LoopbackPorts.next();
    String servers =
        servers(targets, "  server s%1$d 127.0.0.1:%1$d check inter 10s maxconn 4096\n");
    Path file = folder.resolve("haproxy.cfg");
    Files.writeString(
        file,
        """
        global
          nbthread %d
          maxconn 8192
        defaults
          timeout connect 3s
          timeout client 60s
          timeout server 60s
          balance roundrobin
        frontend http
          mode http
          bind 127.0.0.1:%d
          option forwardfor
          http-request set-header X-Forwarded-Proto http
          http-request set-header X-Forwarded-Port %d
          default_backend web
        backend web
          mode http
          http-reuse always
          option httpchk GET /health
        %s
        listen tcp
          mode tcp
          bind 127.0.0.1:%d
        %s
        """
            .formatted(threads, http, http, servers, tcp, servers));
    return started("HAProxy", folder, List.of("haproxy", "-db", "-f", file.toString()), http, tcp);
  }

  /** Null, with a sentence for people, where it is not installed. */
  static @Nullable Proxy nginx(Path folder, int threads, List<Integer> targets)
      throws IOException, InterruptedException {
    if (!isInstalled("nginx")) {
      return null;
    }
    int http = LoopbackPorts.next();
    int tcp = LoopbackPorts.next();
    String servers = servers(targets, "    server 127.0.0.1:%d;\n");
    Path module = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");
    boolean loaded = Files.exists(module);
    if (!loaded) {
      System.out.println("nginx has no module for layer 4 here, and is left out there.");
    }
    String stream =
        """
        stream {
          upstream web {
        %s  }
          server { listen 127.0.0.1:%d; proxy_pass web; }
        }
        """
            .formatted(servers, tcp);
    Path file = folder.resolve("nginx.conf");
    Files.writeString(
        file,
        """
        %s
        daemon off;
        user root;
        worker_processes %d;
        error_log %s/nginx.err error;
        pid %s/nginx.pid;
        events { worker_connections 8192; }
        http {
          access_log off;
          client_body_temp_path %s/body;
          proxy_temp_path %s/proxied;
          fastcgi_temp_path %s/fastcgi;
          uwsgi_temp_path %s/uwsgi;
          scgi_temp_path %s/scgi;
          keepalive_requests 1000000000;
          tcp_nodelay on;
          upstream web {
        %s    keepalive 256;
            keepalive_requests 1000000000;
          }
          server {
            listen 127.0.0.1:%d;
            location / {
              proxy_pass http://web;
              proxy_http_version 1.1;
              proxy_buffers 16 8k;
              proxy_max_temp_file_size 0;
              proxy_set_header Connection "";
              proxy_set_header Host $host;
              proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
              proxy_set_header X-Forwarded-Proto http;
              proxy_set_header X-Forwarded-Port %d;
            }
          }
        }
        %s
        """
            .replace("%s/", folder + "/")
            .formatted(
                loaded ? "load_module " + module + ";" : "",
                threads,
                servers,
                http,
                http,
                loaded ? stream : ""));
    List<String> command =
        List.of("nginx", "-p", folder.toString(), "-e", folder + "/nginx.err", "-c", file + "");
    return started("nginx", folder, command, http, loaded ? tcp : null);
  }

  private static String servers(List<Integer> targets, String line) {
    StringBuilder all = new StringBuilder();
    targets.forEach(port -> all.append(line.formatted(port)));
    return all.toString();
  }

  private static boolean isInstalled(String program) {
    for (String folder : (System.getenv("PATH") + ":/usr/sbin:/usr/local/sbin").split(":", -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    System.out.printf("%s is not installed here, and is left out.%n", program);
    return false;
  }

  private static Proxy started(
      String name, Path folder, List<String> command, int http, @Nullable Integer tcp)
      throws IOException, InterruptedException {
    Path output = folder.resolve(name + ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().merge("PATH", "/usr/sbin:/usr/local/sbin", (a, b) -> a + ":" + b);
    Process process = builder.start();
    STARTED.add(process);
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", http);
    if (!answers(address, process::isAlive)) {
      process.destroy();
      throw new IllegalStateException(
          "%s does not answer; it said: %s".formatted(name, Files.readString(output)));
    }
    return new Proxy(
        name, process, address, tcp == null ? null : new InetSocketAddress("127.0.0.1", tcp));
  }

  /** Waits for a first answer with status 200; false when there was none in time. */
  static boolean answers(InetSocketAddress address, BooleanSupplier alive)
      throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (alive.getAsBoolean() && System.nanoTime() - until < 0) {
      try (Socket socket = new Socket()) {
        socket.connect(address, 1_000);
        socket.setSoTimeout(2_000);
        socket
            .getOutputStream()
            .write(
                "GET /1 HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        byte[] start = socket.getInputStream().readNBytes(13);
        if (new String(start, StandardCharsets.US_ASCII).equals("HTTP/1.1 200 ")) {
          return true;
        }
      } catch (IOException e) {
        // It does not listen yet.
      }
      Thread.sleep(100);
    }
    return false;
  }

  /** The process and all that it has begun. */
  LongStream pids() {
    return LongStream.concat(
        LongStream.of(process.pid()), process.descendants().mapToLong(ProcessHandle::pid));
  }

  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    STARTED.remove(process);
  }
}
