package io.longshore.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folder of manifests, and the check of what comes out of it. */
final class Overlay {
  /** Where this module is; the tests are started there. */
  static final Path FOLDER = Path.of("").toAbsolutePath();

  private static final Path PROJECT = FOLDER.resolveSibling("");

  private static final Pattern SUPPLIED =
      Pattern.compile("^\\| `(longshore[a-z-]*)/([a-z-]+)` \\| (`[^|]+`) \\| [^|]+ \\|$");
  private static final Pattern QUOTED = Pattern.compile("`([^`]*)`");

  private Overlay() {}

  /** Everything that is written by hand and has a kind, patches among it. */
  static List<Manifest> written() throws IOException {
    List<Manifest> all = new ArrayList<>();
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.filter(Overlay::isManifest).sorted().toList()) {
        String name = PROJECT.relativize(file).toString();
        for (Manifest manifest : Manifest.read(List.of(name), Files.readString(file))) {
          // A JSON patch has no kind; what it comes to is looked at when it is rendered.
          if (!manifest.tree().has("op")) {
            all.add(new Manifest(manifest.files(), withoutDirectives(manifest.tree())));
          }
        }
      }
    }
    return all;
  }

  /** What kustomize takes out of a patch. */
  private static JsonNode withoutDirectives(JsonNode tree) {
    if (tree instanceof ObjectNode mapping) {
      mapping.remove("$patch");
    }
    tree.forEach(Overlay::withoutDirectives);
    return tree;
  }

  static boolean isManifest(Path file) {
    String path = FOLDER.relativize(file).toString();
    return path.endsWith(".yaml") && !path.startsWith("src") && !path.startsWith("target");
  }

  /** What is applied of an overlay, each with the files it comes from. */
  static Bundle bundle(String overlay, String rendered) throws IOException {
    Map<String, List<String>> files = new TreeMap<>();
    for (Manifest manifest : written()) {
      String file = manifest.files().getFirst();
      if (!file.contains("/overlays/") || file.contains("/overlays/" + overlay + "/")) {
        files.computeIfAbsent(manifest.id(), any -> new ArrayList<>()).add(file);
      }
    }
    List<Manifest> all = new ArrayList<>();
    for (Manifest manifest : Manifest.read(List.of(), rendered)) {
      // What is generated is written in kustomization.yaml.
      List<String> from =
          files.getOrDefault(
              manifest.id(), List.of("k8s/overlays/" + overlay + "/kustomization.yaml"));
      all.add(new Manifest(from.stream().distinct().toList(), manifest.tree()));
    }
    return new Bundle(all);
  }

  static String render(String overlay) throws IOException, InterruptedException {
    return Kustomize.render(FOLDER.resolve("overlays").resolve(overlay));
  }

  static List<Problem> check(Bundle bundle) throws IOException {
    return check(bundle, new TreeSet<>());
  }

  /**
   * @param exceptions gets what was allowed and was needed
   */
  static List<Problem> check(Bundle bundle, Set<String> exceptions) throws IOException {
    List<Problem> problems = new ArrayList<>();
    bundle.manifests().forEach(manifest -> problems.addAll(Fields.check(manifest)));
    problems.addAll(References.check(bundle, supplied()));
    problems.addAll(Containers.check(bundle, exceptions));
    problems.addAll(Settings.check(bundle, Settings.variables(PROJECT.resolve("README.md"))));
    return problems;
  }

  /** The Secrets that are to be supplied, as the README lists them, with their keys. */
  static Map<String, Set<String>> supplied() throws IOException {
    Map<String, Set<String>> supplied = new TreeMap<>();
    for (String line : Files.readAllLines(FOLDER.resolve("README.md"))) {
      Matcher row = SUPPLIED.matcher(line);
      if (row.matches()) {
        Set<String> keys = new TreeSet<>();
        QUOTED.matcher(row.group(3)).results().forEach(found -> keys.add(found.group(1)));
        supplied.put(row.group(1) + "/" + row.group(2), keys);
      }
    }
    return supplied;
  }
}
