package io.longshore.chaos;

import io.longshore.chaos.Disturbance.Direction;
import io.longshore.chaos.Member.Backend;
import java.util.Set;

/** One thing that goes wrong, until it is mended. */
sealed interface Trouble {
  /** What it happens to: two troubles of one subject never overlap. */
  String subject();

  /** SIGKILL; started again afterwards. */
  record Kill(Member member) implements Trouble {
    @Override
    public String subject() {
      return member.toString();
    }
  }

  /** SIGSTOP, longer than others wait for it; SIGCONT afterwards. */
  record Pause(Member member) implements Trouble {
    @Override
    public String subject() {
      return member.toString();
    }
  }

  /** Its way to something it needs. */
  record Disturb(Member member, Backend backend, Disturbance disturbance) implements Trouble {
    @Override
    public String subject() {
      return member.toString();
    }
  }

  /**
   * Its network, in these directions, whatever it talks to and whoever talks to it. An engine it
   * reaches all the same.
   */
  record Isolate(Member member, Set<Direction> in) implements Trouble {
    public Isolate {
      in = Set.copyOf(in);
    }

    @Override
    public String subject() {
      return member.toString();
    }
  }

  /**
   * The disk it has its files on is full.
   *
   * @param killed whether it is killed and started again on the full disk
   */
  record FillDisk(Member member, boolean killed) implements Trouble {
    @Override
    public String subject() {
      return member.toString();
    }
  }

  /** Everybody's way to something. Nothing else happens meanwhile. */
  record DisturbAll(Backend backend, Disturbance disturbance) implements Trouble {
    @Override
    public String subject() {
      return "everything";
    }
  }

  /** SIGKILL of the broker. Its process has the database's as a child: both are started again. */
  record KillBroker() implements Trouble {
    @Override
    public String subject() {
      return "outside";
    }
  }

  /** SIGKILL of PostgreSQL; started again afterwards. */
  record CrashDatabase() implements Trouble {
    @Override
    public String subject() {
      return "outside";
    }
  }

  /**
   * Somebody kills containers behind Longshore's back.
   *
   * @param choice which ones: the seed of the choice among those that run
   */
  record KillContainers(int count, long choice) implements Trouble {
    @Override
    public String subject() {
      return "containers";
    }
  }
}
