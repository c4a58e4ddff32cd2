package io.longshore.api.store;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the stores ask. Each method of a store is a handful of statements, however many things it is
 * asked for. Stores are called on virtual threads and throw a persistence exception when the
 * database is away.
 */
record ReadDatabase(EntityManager database) {

  @SuppressWarnings("unchecked")
  List<String> texts(Conditions conditions, int limit) {
    return query(conditions, String.class).setMaxResults(limit).getResultList();
  }

  @SuppressWarnings("unchecked")
  List<Object[]> rows(Conditions conditions, int limit) {
    return query(conditions, Object[].class).setMaxResults(limit).getResultList();
  }

  private Query query(Conditions conditions, Class<?> type) {
    Query query = database.createNativeQuery(conditions.sql(), type);
    conditions.parameters().forEach(query::setParameter);
    return query;
  }

  /**
   * @param asked nothing is asked of the database when this is empty
   */
  @SuppressWarnings("unchecked")
  List<Object[]> rows(String sql, Map<String, ?> parameters, Collection<?> asked) {
    if (asked.isEmpty()) {
      return List.of();
    }
    Query query = database.createNativeQuery(sql, Object[].class);
    parameters.forEach(query::setParameter);
    return query.getResultList();
  }

  /** The one number that is asked for; null when there is none. */
  @Nullable Long number(String sql, Map<String, ?> parameters) {
    Query query = database.createNativeQuery(sql, Long.class);
    parameters.forEach(query::setParameter);
    return (Long) query.getResultStream().findFirst().orElse(null);
  }

  boolean flag(String sql, Map<String, ?> parameters) {
    Query query = database.createNativeQuery(sql);
    parameters.forEach(query::setParameter);
    return (boolean) query.getSingleResult();
  }

  @SuppressWarnings("unchecked")
  <T> List<T> entities(String sql, Class<T> type, Map<String, ?> parameters) {
    Query query = database.createNativeQuery(sql, type);
    parameters.forEach(query::setParameter);
    return query.getResultList();
  }
}
