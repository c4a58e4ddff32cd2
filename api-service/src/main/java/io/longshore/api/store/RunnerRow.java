package io.longshore.api.store;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;

/** A row of the view {@code read.runner}. Hibernate fills the fields. */
@Entity
@Immutable
@Table(schema = "read", name = "runner")
@SuppressWarnings("NullAway.Init")
public class RunnerRow extends PanacheEntityBase {
  @Id public String id;
  public String cluster;
  public String status;
  public boolean connected;
  public String host;
  public String tags;
  public long version;
  public Instant registeredAt;
  public String customAttributes;
}
