package io.longshore.api.store;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A row of the view {@code read.task_definition}. Hibernate fills the fields. */
@Entity
@Immutable
@IdClass(DefinitionRow.Key.class)
@Table(schema = "read", name = "task_definition")
@SuppressWarnings("NullAway.Init")
public class DefinitionRow extends PanacheEntityBase {
  @Id public String family;
  @Id public int revision;
  public String status;
  public String spec;
  public String document;
  public String tags;
  public Instant registeredAt;
  public @Nullable Instant deregisteredAt;
  public @Nullable Instant deleteRequestedAt;

  /** Family and revision. */
  public record Key(String family, int revision) implements Serializable {}
}
