package io.longshore.api.store;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A row of the view {@code read.task}. Hibernate fills the fields. */
@Entity
@Immutable
@Table(schema = "read", name = "task")
@SuppressWarnings("NullAway.Init")
public class TaskRow extends PanacheEntityBase {
  @Id public String id;
  public String cluster;
  public @Nullable String serviceUid;
  public @Nullable String serviceName;
  public @Nullable String deploymentId;
  public String family;
  public int revision;
  public String taskGroup;
  public @Nullable String startedBy;
  public String runnerId;
  public String zone;
  public String desiredStatus;
  public String lastStatus;
  public int cpu;
  public int memoryMib;
  public String document;
  public String tags;
  public String containers;
  public @Nullable String stopCode;
  public @Nullable String stoppedReason;
  public boolean connected;
  public long version;
  public Instant createdAt;
  public Instant connectivityAt;
  public @Nullable Instant pullStartedAt;
  public @Nullable Instant pullStoppedAt;
  public @Nullable Instant startedAt;
  public @Nullable Instant stoppingAt;
  public @Nullable Instant executionStoppedAt;
  public @Nullable Instant stoppedAt;
}
