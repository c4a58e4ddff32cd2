package io.longshore.api.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.Command;
import io.longshore.messages.ContainerNetworking;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerPrivileges;
import io.longshore.messages.ContainerSecrets;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStorage;
import io.longshore.messages.PortMapping;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.Volume;
import java.util.List;
import java.util.Map;
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

  @Test
  void everyMemberOfAContainerTakesEffect() {
    var command =
        register(
            """
            {'family':'f','networkMode':'awsvpc','pidMode':'task','ipcMode':'host',
             'runtimePlatform':{'cpuArchitecture':'ARM64','operatingSystemFamily':'LINUX'},
             'placementConstraints':[{'type':'memberOf','expression':'attribute:disk == ssd'}],
             'volumes':[{'name':'v'},{'name':'h','host':{'sourcePath':'/srv'}},
               {'name':'s','dockerVolumeConfiguration':{'scope':'shared','autoprovision':true,'driver':'local',
                 'driverOpts':{'type':'tmpfs'},'labels':{'a':'b'}}}],
             'containerDefinitions':[
               {'name':'db','image':'i','memory':64,'startTimeout':120,
                'healthCheck':{'command':['CMD-SHELL','true'],'startPeriod':7},
                'restartPolicy':{'enabled':true,'ignoredExitCodes':[0,3]}},
               {'name':'web','image':'i','memory':64,'dependsOn':[{'containerName':'db','condition':'HEALTHY'}],
                'healthCheck':{'command':['NONE']},'restartPolicy':{'enabled':false},
                'mountPoints':[{'sourceVolume':'h','containerPath':'/h','readOnly':true}],
                'volumesFrom':[{'sourceContainer':'db','readOnly':true}],
                'dnsServers':['1.1.1.1'],'dnsSearchDomains':['local'],
                'privileged':true,'interactive':true,'pseudoTerminal':true,'dockerSecurityOptions':['label:x'],
                'ulimits':[{'name':'nofile','softLimit':10,'hardLimit':20}],
                'systemControls':[{'namespace':'net.core.somaxconn','value':'9'}],
                'linuxParameters':{'capabilities':{'add':['SYS_PTRACE'],'drop':['ALL']},'initProcessEnabled':true,
                  'devices':[{'hostPath':'/dev/null','permissions':['read']}],'sharedMemorySize':8,'maxSwap':9,
                  'swappiness':10,'tmpfs':[{'containerPath':'/t','size':11,'mountOptions':['ro']}]}}]}
            """);
    TaskSpec task = command.spec();
    assertThat(task.networkMode()).isEqualTo("awsvpc");
    assertThat(task.pidMode()).isEqualTo("task");
    assertThat(task.ipcMode()).isEqualTo("host");
    assertThat(task.cpuArchitecture()).isEqualTo("ARM64");
    assertThat(task.osFamily()).isEqualTo("LINUX");
    assertThat(task.constraints()).containsExactly("attribute:disk == ssd");
    assertThat(task.volumes())
        .containsExactly(
            new Volume("v", null, null),
            new Volume("h", "/srv", null),
            new Volume(
                "s",
                null,
                new Volume.Docker(true, true, "local", Map.of("type", "tmpfs"), Map.of("a", "b"))));
    assertThat(task.containers().getFirst().ordering())
        .isEqualTo(
            new ContainerOrdering(
                List.of(),
                120,
                new ContainerOrdering.HealthCheck(List.of("CMD-SHELL", "true"), 30, 5, 3, 7),
                new ContainerOrdering.RestartPolicy(List.of(0, 3), 300)));
    ContainerSpec web = task.containers().getLast();
    assertThat(web.ordering())
        .isEqualTo(
            new ContainerOrdering(
                List.of(
                    new ContainerOrdering.Dependency("db", ContainerOrdering.Condition.HEALTHY)),
                null,
                null,
                null));
    assertThat(web.storage())
        .isEqualTo(
            new ContainerStorage(
                List.of(new ContainerStorage.MountPoint("h", "/h", true)),
                List.of(new ContainerStorage.VolumesFrom("db", true)),
                List.of(new ContainerStorage.Tmpfs("/t", 11, List.of("ro")))));
    assertThat(web.networking())
        .isEqualTo(
            new ContainerNetworking(
                false, List.of(), null, Map.of(), List.of("1.1.1.1"), List.of("local")));
    assertThat(web.privileges())
        .isEqualTo(
            new ContainerPrivileges(
                true,
                List.of("SYS_PTRACE"),
                List.of("ALL"),
                List.of(new ContainerPrivileges.Device("/dev/null", "/dev/null", List.of("read"))),
                true,
                8,
                9,
                10,
                List.of(new ContainerPrivileges.Ulimit("nofile", 10, 20)),
                Map.of("net.core.somaxconn", "9"),
                List.of("label:x"),
                true,
                true));
    Members health =
        Members.stored(command.document().text())
            .objects("containerDefinitions")
            .getFirst()
            .object("healthCheck");
    assertThat(health).isNotNull();
    assertThat(health.values())
        .containsEntry("interval", 30)
        .containsEntry("timeout", 5)
        .containsEntry("retries", 3);
  }

  @Test
  void secretsAndEnvironmentFilesStayReferences() {
    var command =
        register(
            """
            {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,
              'environmentFiles':[{'type':'s3','value':'arn:aws:s3:::bucket/k.env'},{'type':'s3','value':'file:///x.env'}],
              'secrets':[{'name':'A','valueFrom':'/p/q'}],
              'logConfiguration':{'logDriver':'splunk','options':{'tag':'t'},
                'secretOptions':[{'name':'splunk-token','valueFrom':'token'}]}}]}
            """);
    assertThat(command.spec().containers().getFirst().secrets())
        .isEqualTo(
            new ContainerSecrets(
                List.of("arn:aws:s3:::bucket/k.env", "file:///x.env"),
                List.of(new ContainerSecrets.Reference("A", "/p/q")),
                List.of(new ContainerSecrets.Reference("splunk-token", "token"))));
    assertThat(Members.stored(command.document().text()).objects("containerDefinitions"))
        .first()
        .satisfies(shown -> assertThat(shown.objects("secrets")).hasSize(1));
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
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'dependsOn':[{'containerName':'b','condition':'HEALTHY'}]},{'name':'b','image':'i','memory':64}]} | has no healthCheck
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'dependsOn':[{'containerName':'b','condition':'HEALTHY'}]},{'name':'b','image':'i','memory':64,'healthCheck':{'command':['NONE']}}]} | has no healthCheck
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'dependsOn':[{'containerName':'b','condition':'SUCCESS'}]},{'name':'b','image':'i','memory':64}]} | must not be essential
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'dependsOn':[{'containerName':'b','condition':'COMPLETE'}]},{'name':'b','image':'i','memory':64}]} | must not be essential
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'dependsOn':[{'containerName':'b','condition':'READY'}]},{'name':'b','image':'i','memory':64}]} | dependsOn.condition
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'dependsOn':[{'containerName':'b','condition':'START'}]},{'name':'b','image':'i','memory':64,'volumesFrom':[{'sourceContainer':'a'}]}]} | circular
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'volumesFrom':[{'sourceContainer':'z'}]}]} | volumesFrom
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'links':['z:y']}]} | links
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'healthCheck':{'command':['true']}}]} | healthCheck.command
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'healthCheck':{'command':['CMD']}}]} | healthCheck.command
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'healthCheck':{'command':['CMD-SHELL','a','b']}}]} | healthCheck.command
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'healthCheck':{'command':['CMD','a'],'interval':4}}]} | interval
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'healthCheck':{'command':['CMD','a'],'timeout':61}}]} | timeout
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'healthCheck':{'command':['CMD','a'],'retries':11}}]} | retries
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'healthCheck':{'command':['CMD','a'],'startPeriod':301}}]} | startPeriod
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'restartPolicy':{'enabled':true,'restartAttemptPeriod':59}}]} | restartAttemptPeriod
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'mountPoints':[{'sourceVolume':'v','containerPath':'/v'}]}]} | Unknown volume 'v'
          {'family':'f','volumes':[{'name':'v'}],'containerDefinitions':[{'name':'a','image':'i','memory':64,'mountPoints':[{'sourceVolume':'v','containerPath':'v'}]}]} | absolute path
          {'family':'f','volumes':[{'name':'v'}],'containerDefinitions':[{'name':'a','image':'i','memory':64,'mountPoints':[{'sourceVolume':'v','containerPath':'/v'},{'sourceVolume':'v','containerPath':'/v'}]}]} | twice
          {'family':'f','volumes':[{'name':'v'},{'name':'v'}],'containerDefinitions':[{'name':'a','image':'i','memory':64,'cpu':0}]} | volumes has the name 'v' twice
          {'family':'f','volumes':[{'name':'v','host':{'sourcePath':'relative'}}],'containerDefinitions':[{'name':'a','image':'i','memory':64,'cpu':0}]} | host.sourcePath
          {'family':'f','volumes':[{'name':'v','efsVolumeConfiguration':{'fileSystemId':'fs-1'}}],'containerDefinitions':[{'name':'a','image':'i','memory':64,'cpu':0}]} | efsVolumeConfiguration
          {'family':'f','volumes':[{'name':'v','dockerVolumeConfiguration':{'scope':'world'}}],'containerDefinitions':[{'name':'a','image':'i','memory':64,'cpu':0}]} | dockerVolumeConfiguration.scope
          {'family':'f','networkMode':'host','containerDefinitions':[{'name':'a','image':'i','memory':64,'links':['b']},{'name':'b','image':'i','memory':64}]} | Links are not supported
          {'family':'f','networkMode':'awsvpc','containerDefinitions':[{'name':'a','image':'i','memory':64,'hostname':'h'}]} | hostname is not supported
          {'family':'f','networkMode':'awsvpc','containerDefinitions':[{'name':'a','image':'i','memory':64,'extraHosts':[{'hostname':'h','ipAddress':'1.1.1.1'}]}]} | extraHosts
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'linuxParameters':{'swappiness':101}}]} | swappiness
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'linuxParameters':{'capabilities':{'add':['net admin']}}}]} | capabilities.add
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'linuxParameters':{'tmpfs':[{'containerPath':'/t'}]}}]} | size
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'linuxParameters':{'devices':[{'hostPath':'null'}]}}]} | devices
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'ulimits':[{'name':'files','softLimit':1,'hardLimit':1}]}]} | ulimits
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'ulimits':[{'name':'nofile','softLimit':2,'hardLimit':1}]}]} | softLimit
          {'family':'f','pidMode':'none','containerDefinitions':[{'name':'a','image':'i','memory':64,'cpu':0}]} | pidMode
          {'family':'f','ipcMode':'pod','containerDefinitions':[{'name':'a','image':'i','memory':64,'cpu':0}]} | ipcMode
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'secrets':[{'name':'A','valueFrom':''}]}]} | secrets.valueFrom
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'secrets':[{'name':'A','valueFrom':'arn:aws:s3:::b/k'}]}]} | secrets.valueFrom
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'secrets':[{'name':'A=B','valueFrom':'x'}]}]} | secrets
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'secrets':[{'name':'A','valueFrom':'x'},{'name':'A','valueFrom':'y'}]}]} | The secret name must be unique
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'environment':[{'name':'A','value':'1'}],'secrets':[{'name':'A','valueFrom':'x'}]}]} | such as 'A'
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'logConfiguration':{'logDriver':'splunk','secretOptions':[{'name':'splunk-token','valueFrom':'a b'}]}}]} | secretOptions.valueFrom
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'environmentFiles':[{'type':'s3','value':'arn:aws:s3:::b/k.txt'}]}]} | environmentFiles.value
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'environmentFiles':[{'type':'s3','value':'https://b/k.env'}]}]} | environmentFiles.value
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'environmentFiles':[{'type':'file','value':'file:///k.env'}]}]} | environmentFiles.type
          {'family':'f','containerDefinitions':[{'name':'a','image':'i','memory':64,'environmentFiles':[{'type':'s3','value':'file:///k.env'},{'type':'s3','value':'file:///k.env'},{'type':'s3','value':'file:///k.env'},{'type':'s3','value':'file:///k.env'},{'type':'s3','value':'file:///k.env'},{'type':'s3','value':'file:///k.env'},{'type':'s3','value':'file:///k.env'},{'type':'s3','value':'file:///k.env'},{'type':'s3','value':'file:///k.env'},{'type':'s3','value':'file:///k.env'},{'type':'s3','value':'file:///k.env'}]}]} | at most 10 environmentFiles
          {'family':'f','placementConstraints':[{'type':'distinctInstance'}],'containerDefinitions':[{'name':'a','image':'i','memory':64,'cpu':0}]} | placementConstraints
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
