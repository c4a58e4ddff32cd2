package io.longshore.balancer.core;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What HAProxy has to be told so that its backends have the targets of the groups they are named
 * after. Compares all of what is with all of what should be: nothing is remembered.
 *
 * @param commands for its runtime API, in order
 * @param complaints what cannot be had, as sentences
 */
public record HaproxyPlan(List<String> commands, List<String> complaints) {
  /** Of the bits of a server's administrative state: those of any maintenance. */
  private static final int MAINTENANCE = 0x01 | 0x02 | 0x20 | 0x40;

  private static final int DRAIN = 0x08 | 0x10;

  /** How a slot is by the operator's will; whether its server answers is another matter. */
  public enum Will {
    READY,
    DRAIN,
    MAINT
  }

  /**
   * @param host an address, not a name
   */
  public record Address(String host, int port) {}

  /** A server of a backend, in HAProxy's words; of a template there are as many as it says. */
  public record Slot(String backend, String name, Address address, Will will) {}

  /**
   * @param eligible get something new
   * @param leaving get nothing new, and what they have begun may end
   */
  public record Wanted(Set<Address> eligible, Set<Address> leaving) {}

  /**
   * @param answer to {@code show servers state}
   * @throws IllegalArgumentException if it is none
   */
  public static List<Slot> slots(String answer) {
    Map<String, Integer> columns = new TreeMap<>();
    List<Slot> slots = new ArrayList<>();
    for (String line : answer.split("\n", -1)) {
      List<String> words = List.of(line.strip().split("\\s+"));
      if (line.startsWith("#")) {
        for (int i = 1; i < words.size(); i++) {
          columns.put(words.get(i), i - 1);
        }
      } else if (!columns.isEmpty() && words.size() >= columns.size()) {
        slots.add(
            new Slot(
                word(words, columns, "be_name"),
                word(words, columns, "srv_name"),
                new Address(
                    plain(word(words, columns, "srv_addr")),
                    Integer.parseInt(word(words, columns, "srv_port"))),
                will(Integer.parseInt(word(words, columns, "srv_admin_state")))));
      }
    }
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("it says nothing of servers: " + answer.strip());
    }
    return slots;
  }

  private static String word(List<String> words, Map<String, Integer> columns, String name) {
    Integer at = columns.get(name);
    if (at == null) {
      throw new IllegalArgumentException("it does not tell " + name);
    }
    return words.get(at);
  }

  /** So that an address of IPv6 is written as Java writes it. */
  private static String plain(String address) {
    try {
      return InetAddress.ofLiteral(address).getHostAddress();
    } catch (IllegalArgumentException e) {
      return address;
    }
  }

  private static Will will(int bits) {
    if ((bits & MAINTENANCE) != 0) {
      return Will.MAINT;
    }
    return (bits & DRAIN) != 0 ? Will.DRAIN : Will.READY;
  }

  /**
   * @param wanted by the name of the backend. Others are not touched
   */
  public static HaproxyPlan of(List<Slot> slots, Map<String, Wanted> wanted) {
    Map<String, List<Slot>> backends = new TreeMap<>();
    slots.forEach(
        slot -> backends.computeIfAbsent(slot.backend(), name -> new ArrayList<>()).add(slot));
    HaproxyPlan plan = new HaproxyPlan(new ArrayList<>(), new ArrayList<>());
    new TreeMap<>(wanted)
        .forEach((name, want) -> {
          List<Slot> has = backends.get(name);
          if (has != null) {
            plan.backend(name, has, want);
          }
        });
    return plan;
  }

  private void backend(String name, List<Slot> slots, Wanted wanted) {
    Set<Address> missing = new HashSet<>(wanted.eligible());
    Set<Address> leaving = new HashSet<>(wanted.leaving());
    Deque<Slot> free = new ArrayDeque<>();
    for (Slot slot : slots) {
      // Where an address is in several slots, the first is the one.
      if (missing.remove(slot.address())) {
        will(slot, Will.READY);
      } else if (slot.will() != Will.MAINT && leaving.remove(slot.address())) {
        will(slot, Will.DRAIN);
      } else {
        will(slot, Will.MAINT);
        free.add(slot);
      }
    }
    for (Address address : wanted.eligible()) {
      Slot slot = missing.contains(address) ? free.poll() : null;
      if (slot != null) {
        missing.remove(address);
        commands.add(
            "set server %s/%s addr %s port %d"
                .formatted(name, slot.name(), address.host(), address.port()));
        commands.add("set server %s/%s state ready".formatted(name, slot.name()));
      }
    }
    if (!missing.isEmpty()) {
      complaints.add(
          "The backend %s has %d servers, too few for %d more targets."
              .formatted(name, slots.size(), missing.size()));
    }
  }

  private void will(Slot slot, Will will) {
    if (slot.will() != will) {
      commands.add(
          "set server %s/%s state %s"
              .formatted(slot.backend(), slot.name(), will.name().toLowerCase(Locale.ROOT)));
    }
  }
}
