package io.longshore.api.store;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;

/** A row of the view {@code read.capacity_provider}. Hibernate fills the fields. */
@Entity
@Immutable
@Table(schema = "read", name = "capacity_provider")
@SuppressWarnings("NullAway.Init")
public class CapacityProviderRow extends PanacheEntityBase {
  @Id public String name;
  public String status;
  public String document;
  public String tags;
  public long version;
}
