package io.longshore.api.store;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;

/** A row of the view {@code read.cluster}. Hibernate fills the fields. */
@Entity
@Immutable
@Table(schema = "read", name = "cluster")
@SuppressWarnings("NullAway.Init")
public class ClusterRow extends PanacheEntityBase {
  @Id public String name;
  public String status;
  public String document;
  public String tags;
  public Instant createdAt;
}
