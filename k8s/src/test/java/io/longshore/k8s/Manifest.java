package io.longshore.k8s;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One document of YAML.
 *
 * @param files what it was written in, or made from
 */
record Manifest(List<String> files, JsonNode tree) {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * Parses YAML.
   *
   * @throws IOException if it is none, or says a key twice
   */
  static List<Manifest> read(List<String> files, String yaml) throws IOException {
    List<Manifest> all = new ArrayList<>();
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
      while (documents.hasNextValue()) {
        all.add(new Manifest(files, documents.nextValue()));
      }
    }
    return all;
  }

  String kind() {
    return text("/kind");
  }

  String type() {
    return text("/apiVersion") + " " + kind();
  }

  /** Empty for what is of the cluster as a whole. */
  String namespace() {
    return text("/metadata/namespace");
  }

  String name() {
    return text("/metadata/name");
  }

  /** Kind, namespace and name. */
  String id() {
    return kind() + " " + (namespace().isEmpty() ? "" : namespace() + "/") + name();
  }

  JsonNode at(String pointer) {
    return tree.at(pointer);
  }

  String text(String pointer) {
    return tree.at(pointer).asText("");
  }

  /** What a mapping of names to texts has. */
  Map<String, String> texts(String pointer) {
    return texts(tree.at(pointer));
  }

  static Map<String, String> texts(JsonNode mapping) {
    Map<String, String> texts = new TreeMap<>();
    mapping.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
    return texts;
  }

  /** The template of the Pods it makes; missing if it makes none. */
  JsonNode template() {
    return tree.at("/spec/template");
  }

  boolean makesPods() {
    return !template().at("/spec/containers").isMissingNode();
  }

  Problem problem(String path, String what) {
    return new Problem(String.join(", ", files) + ": " + id(), path, what);
  }
}
