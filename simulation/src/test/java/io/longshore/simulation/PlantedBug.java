package io.longshore.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A known-wrong variant of the sources: one place is another, the rest is as it ships. It is
 * compiled and loaded beside the right one.
 *
 * @param name what is wrong
 * @param source module and class, {@code scheduler-service core.Lifecycle}
 * @param right a piece of the source that is there once
 * @param wrong what stands in its place
 */
record PlantedBug(String name, String source, String right, String wrong) {
  private static final Map<String, String> PACKAGES =
      Map.of(
          "scheduler-service", "io.longshore.scheduler.",
          "runner-service", "io.longshore.runner.",
          "simulation", "io.longshore.simulation.");

  @Override
  public String toString() {
    return name;
  }

  /** Runs a seed of the simulation with the bug in it: empty, or which promise was broken. */
  @FunctionalInterface
  interface Run {
    String failureOf(long seed);
  }

  /**
   * Tries seeds on all cores, in that order, until one notices something.
   *
   * @return the seed and which promise was broken, in a line; empty when no seed noticed anything
   */
  static Optional<String> noticed(Run run, LongStream seeds) throws InterruptedException {
    Queue<Long> left = new ConcurrentLinkedQueue<>(seeds.boxed().toList());
    Queue<String> noticed = new ConcurrentLinkedQueue<>();
    Workers.run(() -> {
      for (Long seed = left.poll(); seed != null && noticed.isEmpty(); seed = left.poll()) {
        String failure = run.failureOf(seed);
        if (!failure.isEmpty()) {
          noticed.add("seed " + seed + ": " + failure.lines().findFirst().orElseThrow());
        }
      }
    });
    return Optional.ofNullable(noticed.peek());
  }

  Run planted() throws IOException {
    return planted("Simulation", "run");
  }

  /**
   * @param histories the class whose method takes a number and answers how that history went
   */
  Run planted(String histories, String method) throws IOException {
    String module = source.substring(0, source.indexOf(' '));
    String type = PACKAGES.get(module) + source.substring(source.indexOf(' ') + 1);
    Path file =
        Path.of("..", module, "src/main/java", type.replace('.', '/') + ".java").normalize();
    String text = Files.readString(file);
    int at = text.indexOf(right);
    if (at < 0 || text.indexOf(right, at + 1) >= 0) {
      throw new IllegalStateException("not once in %s: %s".formatted(file, right));
    }
    Map<String, byte[]> classes = compile(type, text.replace(right, wrong));
    ClassLoader loader = new Planted(classes);
    try {
      var run =
          loader.loadClass("io.longshore.simulation." + histories).getMethod(method, long.class);
      return seed -> {
        try {
          Object verdict = run.invoke(null, seed);
          var failure = verdict.getClass().getMethod("failure");
          return String.valueOf(failure.invoke(verdict));
        } catch (InvocationTargetException e) {
          return String.valueOf(e.getCause());
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(e);
        }
      };
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, byte[]> compile(String type, String text) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();
    try (Memory memory = new Memory(compiler.getStandardFileManager(null, null, null))) {
      boolean compiled =
          compiler
              .getTask(
                  complaints,
                  memory,
                  null,
                  List.of("-proc:none", "-nowarn", "-Xlint:none"),
                  null,
                  List.of(new Text(type, text)))
              .call();
      if (!compiled) {
        throw new IllegalStateException(name + " does not compile: " + complaints);
      }
      return memory.bytes();
    }
  }

  private static final class Text extends SimpleJavaFileObject {
    private final String text;

    Text(String type, String text) {
      super(URI.create("string:///" + type.replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** Keeps what is compiled in memory. */
  private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

    Memory(JavaFileManager standard) {
      super(standard);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(
          URI.create("memory:///" + className.replace('.', '/')), kind) {
        @Override
        public OutputStream openOutputStream() {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          written.put(className, out);
          return out;
        }
      };
    }

    Map<String, byte[]> bytes() {
      Map<String, byte[]> bytes = new HashMap<>();
      written.forEach((type, out) -> bytes.put(type, out.toByteArray()));
      return bytes;
    }
  }

  /** Loads everything that decides anew, with the wrong class in its place. */
  private static final class Planted extends ClassLoader {
    private final Map<String, byte[]> wrong;

    Planted(Map<String, byte[]> wrong) {
      super(PlantedBug.class.getClassLoader());
      this.wrong = wrong;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (PACKAGES.values().stream().noneMatch(name::startsWith)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        return known == null ? define(name) : known;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      byte[] bytes = wrong.get(name);
      if (bytes == null) {
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
          if (in == null) {
            throw new ClassNotFoundException(name);
          }
          bytes = in.readAllBytes();
        } catch (IOException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
      return defineClass(name, bytes, 0, bytes.length);
    }
  }
}
