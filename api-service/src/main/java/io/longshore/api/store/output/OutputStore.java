package io.longshore.api.store.output;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Ids;
import io.longshore.messages.Output;
import io.longshore.messages.OutputLine;
import io.longshore.messages.TaskId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The output of containers in a folder, bounded in age and in size; the oldest gives way. A line is
 * taken in once, however often it comes: each stream knows how far it is. In memory is only which
 * streams and which files there are.
 *
 * <p>One thread adds and sweeps; any number read.
 */
public final class OutputStore implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(OutputStore.class);

  /** Of one file; what gives way is a file. */
  private static final long FILE_BYTES = 4 << 20;

  private static final long FILE_NANOS = TimeUnit.DAYS.toNanos(1);

  /** What a file counts at least, so that the number of files is bounded, too. */
  private static final long LEAST_BYTES = 16 << 10;

  private static final int EMPTY_MOST = 10_000;

  /** A stream in the order in which streams are listed. */
  private record Key(String group, String name) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::group).thenComparing(Key::name);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  private final Path folder;
  private final Duration age;
  private final long most;
  private final FileChannel lockFile;
  private final NavigableMap<Key, KeptStream> streams = new ConcurrentSkipListMap<>();
  private final Map<TaskId, List<KeptStream>> tasks = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition added = lock.newCondition();
  // Guarded by the lock.
  private long version;
  // Only the adding thread's.
  private long bytes;

  private OutputStore(Path folder, Duration age, long most, FileChannel lockFile) {
    this.folder = folder;
    this.age = age;
    this.most = most;
    this.lockFile = lockFile;
  }

  /**
   * Opens a folder and looks at what is there, which takes a while if it is much.
   *
   * @param age how long a line is kept
   * @param most bytes of all files together
   * @throws IOException if it cannot be used, or another process uses it
   */
  public static OutputStore open(Path folder, Duration age, long most) throws IOException {
    Files.createDirectories(folder);
    FileChannel lockFile =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    OutputStore store = new OutputStore(folder, age, most, lockFile);
    try {
      if (!store.isLocked()) {
        throw new IOException(folder + " is used by another process");
      }
      store.load();
      return store;
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  @SuppressWarnings("NullAway") // tryLock says by null that another process has the lock.
  private boolean isLocked() throws IOException {
    try {
      return lockFile.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private void load() throws IOException {
    List<Segment.Opened> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder, 2)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".log")).toList()) {
        Segment.Opened opened = Segment.open(file);
        if (opened == null) {
          LOG.warnf("%s holds no output and is removed.", file);
          Files.deleteIfExists(file);
        } else {
          found.add(opened);
        }
      }
    }
    found.sort(Comparator.comparingLong(opened -> opened.segment().first().position()));
    for (Segment.Opened opened : found) {
      stream(opened.about()).add(opened.segment());
      bytes += counted(opened.segment());
    }
    LOG.infof("%d streams of output are kept in %s.", streams.size(), folder);
  }

  private KeptStream stream(About about) {
    Key key = new Key(about.group(), about.name());
    KeptStream known = streams.get(key);
    if (known != null) {
      return known;
    }
    KeptStream stream = new KeptStream(about);
    streams.put(key, stream);
    tasks.compute(
        about.task(),
        (task, others) -> {
          List<KeptStream> all = new ArrayList<>(others == null ? List.of() : others);
          all.add(stream);
          return List.copyOf(all);
        });
    return stream;
  }

  private static long counted(Segment segment) {
    return Math.max(LEAST_BYTES, segment.size());
  }

  /** Takes in those lines that are not there yet. */
  public void add(Output output, long nowMillis) throws IOException {
    KeptStream stream = stream(About.of(output, nowMillis));
    long oldest = TimeUnit.MILLISECONDS.toNanos(nowMillis) - age.toNanos();
    List<KeptLine> lines = new ArrayList<>();
    long position = stream.lastPosition();
    long at = stream.lastAtNanos();
    for (OutputLine line : output.lines()) {
      if (line.position() > position && line.atNanos() >= oldest) {
        position = line.position();
        at = Math.max(at, line.atNanos());
        lines.add(KeptLine.of(line, at, nowMillis));
      }
    }
    if (!lines.isEmpty()) {
      append(stream, lines);
      stream.reached(lines.getLast());
      tellOfMore();
    }
  }

  private void append(KeptStream stream, List<KeptLine> lines) throws IOException {
    Segment newest = stream.segments().isEmpty() ? null : stream.segments().getLast();
    long begin = lines.getFirst().atNanos();
    if (newest == null
        || newest.size() > Math.min(FILE_BYTES, most / 16)
        || begin - newest.first().atNanos() > FILE_NANOS) {
      Segment segment = Segment.create(file(stream, lines.getFirst()), stream.about(), lines);
      stream.add(segment);
      bytes += counted(segment);
    } else {
      long before = counted(newest);
      newest.append(lines);
      bytes += counted(newest) - before;
    }
  }

  private Path file(KeptStream stream, KeptLine first) {
    String id = Ids.derive(stream.about().group(), stream.about().name());
    return folder
        .resolve(id.substring(0, 2))
        .resolve("%s-%019d.log".formatted(id, first.position()));
  }

  private void tellOfMore() {
    lock.lock();
    try {
      version++;
      added.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A number that is another one after lines were added. */
  public long version() {
    lock.lock();
    try {
      return version;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until lines are added to any stream since a version, or the time is over. */
  public void await(long since, Duration limit) throws InterruptedException {
    lock.lock();
    try {
      long left = limit.toNanos();
      while (version == since && left > 0) {
        left = added.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets go of what is too old or too much. */
  public void sweep(long nowMillis) throws IOException {
    long oldest = TimeUnit.MILLISECONDS.toNanos(nowMillis) - age.toNanos();
    for (KeptStream stream : streams.values()) {
      for (Segment segment : stream.segments()) {
        if (segment.last().atNanos() < oldest) {
          remove(stream, segment);
        }
      }
      if (stream.segments().isEmpty() && stream.lastAtNanos() < oldest) {
        forget(stream);
      }
    }
    if (bytes > most) {
      record Owned(KeptStream stream, Segment segment) {}
      List<Owned> all = new ArrayList<>();
      streams
          .values()
          .forEach(stream -> stream.segments().forEach(s -> all.add(new Owned(stream, s))));
      all.sort(Comparator.comparingLong(owned -> owned.segment().last().takenInMillis()));
      for (Owned owned : all) {
        if (bytes <= most) {
          break;
        }
        remove(owned.stream(), owned.segment());
      }
    }
    // How far they were read is remembered of streams that are empty, but not of any number of
    // them.
    List<KeptStream> empty =
        streams.values().stream()
            .filter(stream -> stream.segments().isEmpty())
            .sorted(Comparator.comparingLong(KeptStream::lastAtNanos))
            .toList();
    empty.stream().limit(Math.max(0, empty.size() - EMPTY_MOST)).forEach(this::forget);
  }

  private void remove(KeptStream stream, Segment segment) throws IOException {
    stream.segments().remove(segment);
    segment.delete();
    bytes -= counted(segment);
  }

  private void forget(KeptStream stream) {
    streams.remove(new Key(stream.about().group(), stream.about().name()));
    tasks.computeIfPresent(
        stream.about().task(),
        (task, all) -> {
          List<KeptStream> rest = all.stream().filter(one -> one != stream).toList();
          return rest.isEmpty() ? null : rest;
        });
  }

  /** Null if there is none. */
  public @Nullable KeptStream find(String group, String name) {
    return streams.get(new Key(group, name));
  }

  /** Those of a group by their names; empty if there is no such group. */
  public List<KeptStream> ofGroup(String group) {
    return List.copyOf(streams.subMap(new Key(group, ""), new Key(group + "\0", "")).values());
  }

  /** Those of a task, one for each container that wrote something. */
  public List<KeptStream> ofTask(ClusterName cluster, TaskId task) {
    return tasks.getOrDefault(task, List.of()).stream()
        .filter(stream -> stream.about().cluster().equals(cluster))
        .toList();
  }

  /** All of them, by group and name. */
  public List<KeptStream> all() {
    return List.copyOf(streams.values());
  }

  /** What was {@link #savePosition saved} last; null for nothing. */
  public @Nullable String position() throws IOException {
    try {
      return Files.readString(folder.resolve("position")).strip();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Notes how far whoever adds has read. Called when all of that has been added. */
  public void savePosition(String position) throws IOException {
    Path draft = folder.resolve("position.new");
    Files.writeString(draft, position + "\n");
    Files.move(
        draft,
        folder.resolve("position"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
