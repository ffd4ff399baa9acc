import { forbids, type Outcome } from '../../engine/outcome';
import { defineRule, type Examples, single, texts } from '../../engine/rule';
import { all, not } from '../../engine/truth';
import { eachContainer, ORGANISATION_SERVICE, TASK_DEFINITION } from '../../resources/containers';

export const rule = defineRule({
  id: 'TD-12',
  title: 'Containers have no way to take over their host',
  severity: 'HIGH',
  targets: [TASK_DEFINITION, ORGANISATION_SERVICE],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html',
  rationale:
    'A bind mount of the host, above all of docker.sock, or one of these capabilities is enough to leave the container.',
  remedy: 'Remove the capability or the host volume.',
  parameters: {
    forbiddenCapabilities: texts('Linux capabilities that may not be added.', [
      'ALL',
      'BPF',
      'DAC_READ_SEARCH',
      'NET_ADMIN',
      'SYS_ADMIN',
      'SYS_BOOT',
      'SYS_MODULE',
      'SYS_PTRACE',
      'SYS_RAWIO',
    ]),
    allowedHostPaths: texts('Paths of the host that may be mounted, `*` for any characters.', []),
  },
  check: ({ resource, parameters: { forbiddenCapabilities, allowedHostPaths } }): Outcome => [
    ...eachContainer(resource, (container) =>
      container
        .at('LinuxParameters.Capabilities.Add')
        .each((capability) =>
          forbids(capability.oneOf(forbiddenCapabilities), 'this capability leads out of the container'),
        ),
    ),
    ...resource.at('Volumes').each((volume) => {
      const path = volume.at('Host.SourcePath');
      return forbids(
        all(path.isSet(), not(path.matches(...allowedHostPaths))),
        'the volume is a part of the host',
      );
    }),
  ],
});

const task = (container: object, Volumes: unknown[] = [], rest?: object) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [{ Name: 'app', ...container }], Volumes }, rest);
const adding = (...Add: unknown[]) => ({ LinuxParameters: { Capabilities: { Add } } });

export const examples = (): Examples => ({
  pass: [
    { title: 'neither', template: task({}, [{ Name: 'scratch' }]) },
    { title: 'a harmless capability', template: task(adding('NET_BIND_SERVICE')) },
    {
      title: 'an allowed path',
      template: task({}, [{ Host: { SourcePath: '/var/lib/app' } }]),
      parameters: { allowedHostPaths: ['/var/lib/*'] },
    },
  ],
  fail: [
    { title: 'a dangerous capability', template: task(adding('SYS_ADMIN')) },
    {
      title: 'a sidecar of an organisation service that may look into others',
      template: single(ORGANISATION_SERVICE, { SidecarContainers: [adding('SYS_PTRACE')] }),
    },
    {
      title: "the host's Docker socket",
      template: task({}, [{ Host: { SourcePath: '/var/run/docker.sock' } }]),
    },
  ],
  indeterminate: [
    {
      title: 'a capability by a parameter',
      template: task(adding({ Ref: 'Capability' }), [], { Parameters: { Capability: { Type: 'String' } } }),
    },
  ],
});
