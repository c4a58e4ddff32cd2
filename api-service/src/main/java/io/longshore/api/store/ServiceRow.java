package io.longshore.api.store;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;

/** A row of the view {@code read.service}. Hibernate fills the fields. */
@Entity
@Immutable
@Table(schema = "read", name = "service")
@SuppressWarnings("NullAway.Init")
public class ServiceRow extends PanacheEntityBase {
  @Id public String uid;
  public String cluster;
  public String name;
  public String status;
  public int desiredCount;
  public String deployments;
  public String document;
  public String tags;
  public Instant createdAt;
}
