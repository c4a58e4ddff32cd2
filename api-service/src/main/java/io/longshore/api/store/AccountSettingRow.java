package io.longshore.api.store;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import org.hibernate.annotations.Immutable;

/** A row of the view {@code read.account_setting}. Hibernate fills the fields. */
@Entity
@Immutable
@IdClass(AccountSettingRow.Key.class)
@Table(schema = "read", name = "account_setting")
@SuppressWarnings("NullAway.Init")
public class AccountSettingRow extends PanacheEntityBase {
  @Id public String name;
  @Id public String principal;
  public String value;

  /** Name and principal. */
  public record Key(String name, String principal) implements Serializable {}
}
