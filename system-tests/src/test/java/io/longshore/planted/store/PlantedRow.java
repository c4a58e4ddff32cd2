package io.longshore.planted.store;

import io.longshore.planted.inbound.PlantedManager;

/** A row that knows who calls. */
@PlantedRow.Entity
public record PlantedRow(String id) {
  /** Stands for the annotation of that name. */
  public @interface Entity {}

  public static String caller() {
    return PlantedManager.class.getName();
  }
}
