package io.longshore.balancer.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.balancer.core.HaproxyPlan.Address;
import io.longshore.balancer.core.HaproxyPlan.Slot;
import io.longshore.balancer.core.HaproxyPlan.Wanted;
import io.longshore.balancer.core.HaproxyPlan.Will;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HaproxyPlanTest {
  private static final Address ONE = new Address("10.0.0.1", 8001);
  private static final Address TWO = new Address("10.0.0.2", 8002);
  private static final Address NOBODY = new Address("0.0.0.0", 1);

  private static Slot slot(int number, Address address, Will will) {
    return new Slot("web", "s" + number, address, will);
  }

  private static HaproxyPlan plan(List<Slot> slots, List<Address> eligible, Address... leaving) {
    return HaproxyPlan.of(
        slots, Map.of("web", new Wanted(new LinkedHashSet<>(eligible), Set.of(leaving))));
  }

  @Test
  void serversAreReadFromWhatHaproxySays() {
    String answer =
        """
        1
        # be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port
        3 web 1 s1 10.0.0.1 2 4 1 1 1 1 0 0 8 0 0 0 - 8001 - 0 0 - - 0
        3 web 2 s2 0.0.0.0 0 5 1 1 1 1 0 0 8 0 0 0 - 1 - 0 0 - - 0
        3 web 3 s3 10.0.0.2 2 12 1 1 1 1 0 0 8 0 0 0 - 8002 - 0 0 - - 0
        4 other 1 x ::1 2 0 1 1 1 1 0 2 0 0 0 0 - 80 - 0 0 - - 0
        """;
    assertThat(HaproxyPlan.slots(answer))
        .containsExactly(
            slot(1, ONE, Will.READY),
            slot(2, NOBODY, Will.MAINT),
            slot(3, TWO, Will.DRAIN),
            new Slot("other", "x", new Address("0:0:0:0:0:0:0:1", 80), Will.READY));
  }

  @Test
  void anAnswerThatSaysNothingOfServersIsNoneWithoutServers() {
    assertThatThrownBy(() -> HaproxyPlan.slots("Permission denied"))
        .hasMessageContaining("Permission denied");
  }

  @Test
  void aNewTargetGetsAFreeServerAndIsReadyAfterItHasItsAddress() {
    assertThat(plan(List.of(slot(1, NOBODY, Will.MAINT)), List.of(ONE)).commands())
        .containsExactly(
            "set server web/s1 addr 10.0.0.1 port 8001", "set server web/s1 state ready");
  }

  @Test
  void whatIsAsItShouldBeIsNotTold() {
    List<Slot> slots = List.of(slot(1, ONE, Will.READY), slot(2, NOBODY, Will.MAINT));
    assertThat(plan(slots, List.of(ONE)).commands()).isEmpty();
  }

  @Test
  void whoDrainsGetsNothingNewAndWhoIsGoneLeavesItsServer() {
    List<Slot> slots = List.of(slot(1, ONE, Will.READY), slot(2, TWO, Will.READY));
    assertThat(plan(slots, List.of(), ONE).commands())
        .containsExactly("set server web/s1 state drain", "set server web/s2 state maint");
  }

  @Test
  void aServerThatIsLeftIsGivenToAnother() {
    assertThat(plan(List.of(slot(1, ONE, Will.READY)), List.of(TWO)).commands())
        .containsExactly(
            "set server web/s1 state maint",
            "set server web/s1 addr 10.0.0.2 port 8002",
            "set server web/s1 state ready");
  }

  @Test
  void aServerThatDrainsIsNotGivenToAnother() {
    HaproxyPlan plan = plan(List.of(slot(1, ONE, Will.DRAIN)), List.of(TWO), ONE);
    assertThat(plan.commands()).isEmpty();
    assertThat(plan.complaints())
        .containsExactly("The backend web has 1 servers, too few for 1 more targets.");
  }

  @Test
  void whoDrainsNoMoreIsReadyWhereItIs() {
    assertThat(plan(List.of(slot(1, ONE, Will.DRAIN)), List.of(ONE)).commands())
        .containsExactly("set server web/s1 state ready");
  }

  @Test
  void twoServersOfOneAddressAreOne() {
    List<Slot> slots = List.of(slot(1, ONE, Will.READY), slot(2, ONE, Will.READY));
    assertThat(plan(slots, List.of(ONE)).commands())
        .containsExactly("set server web/s2 state maint");
  }

  @Test
  void backendsOfNoGroupAreNotTouchedAndGroupsWithoutBackendAreNobodysBusiness() {
    List<Slot> slots = List.of(new Slot("mine", "a", ONE, Will.READY));
    HaproxyPlan plan = plan(slots, List.of(TWO));
    assertThat(plan.commands()).isEmpty();
    assertThat(plan.complaints()).isEmpty();
  }
}
