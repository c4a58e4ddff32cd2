package io.longshore.api.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.Command;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.PortMapping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistrationTest {
  private static Command.RegisterTaskDefinition register(String json) {
    return TaskDefinitions.register(Members.stored(json.replace('\'', '"')));
  }

  @Test
  void fillsTheDefaultsEcsShows() {
    var command =
        register(
            "{'family':'f','cpu':'1 vCPU','memory':'0.5GB','tags':[{'key':'k','value':'v'}],'containerDefinitions':[{'name':'a','image':'i','hostname':'h','portMappings':[{'containerPort':80}]}]}");
    Members document = Members.stored(command.document().text());
    assertThat(document.text("cpu")).isEqualTo("1024");
    assertThat(document.text("memory")).isEqualTo("512");
    assertThat(document.has("tags")).isFalse();
    assertThat(document.has("requiresCompatibilities")).isFalse();
    assertThat(document.has("networkMode")).isFalse();
    Members container = document.objects("containerDefinitions").getFirst();
    assertThat(container.values())
        .containsKeys("environment", "mountPoints", "volumesFrom", "systemControls")
        .containsEntry("essential", true)
        .containsEntry("cpu", 0)
        .containsEntry("hostname", "h");
    ContainerSpec spec = command.spec().containers().getFirst();
    assertThat(spec.portMappings()).containsExactly(new PortMapping(80, 0, "tcp"));
    assertThat(command.spec().networkMode()).isEqualTo("bridge");
    assertThat(command.tags()).containsEntry("k", "v");
  }

  @Test
  void aHostsPortsAreItsOwn() {
    var command =
        register(
            "{'family':'f','networkMode':'host','containerDefinitions':[{'name':'a','image':'i','memory':6,'portMappings':[{'containerPort':80}]}]}");
    assertThat(command.spec().fixedHostPorts()).containsExactly(new PortMapping(80, 80, "tcp"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                                                                      | family
          {'family':'a/b','containerDefinitions':[{}]}                                            | family
          {'family':'f'}                                                                          | containerDefinitions
          {'family':'f','containerDefinitions':[{'image':'i'}]}                                   | Container.name
          {'family':'f','containerDefinitions':[{'name':'a'}]}                                    | Container.image
          {'family':'f','containerDefinitions':[{'name':'a','image':'i'}]}                        | 'memory'
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':5}]}             | memory
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':0}]}             | memory
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'memoryReservation':65}]} | memoryReservation
          {'family':'f','memory':'32','containerDefinitions':[{'name':'a','image':'i','memory':64}]} | memory
          {'family':'f','memory':'3','containerDefinitions':[{'name':'a','image':'i'}]}           | 'memory'
          {'family':'f','cpu':'lots','containerDefinitions':[{'name':'a','image':'i','memory':64}]} | 'cpu'
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'cpu':-1}]}   | cpu
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'essential':false}]} | essential
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64},{'name':'a','image':'i','memory':64}]} | unique
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'portMappings':[{'containerPort':0}]}]} | containerPort
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'portMappings':[{'containerPort':80,'hostPort':65536}]}]} | hostPort
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'portMappings':[{'containerPort':80,'hostPort':90},{'containerPort':81,'hostPort':90}]}]} | hostPort
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'environment':[{'name':'A=B','value':'1'}]}]} | environment
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'dependsOn':[{'containerName':'z','condition':'START'}]}]} | dependsOn
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'links':['a']}]} | circular
          {'family':'f','requiresCompatibilities':['FARGATE'],'containerDefinitions':[{'name':'a','image':'i','memory':64}]} | awsvpc
          {'family':'f','tags':[{'key':'AWS:x','value':'1'}],'containerDefinitions':[{'name':'a','image':'i','memory':64}]} | tags.key
          """)
  void refuses(String request, String named) {
    assertThatThrownBy(() -> register(request))
        .isInstanceOf(EcsException.class)
        .hasMessageContaining(named);
  }

  @Test
  void refusesWhatIsTooLarge() {
    String value = "x".repeat(70_000);
    assertThatThrownBy(() ->
            register(
                "{'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'environment':[{'name':'A','value':'"
                    + value
                    + "'}]}]}"))
        .hasMessageContaining("bytes of JSON");
  }
}
