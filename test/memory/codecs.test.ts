/** What is persisted is read as it was written, fits where it stands, and is refused where it says what is not known. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Exposure } from '../../src/express-service/exposures';
import {
  additionalTags,
  obsoleteAdditionalTagKeys,
  recordedLoadBalancers,
} from '../../src/express-service/memory/additional-load-balancers';
import { identityOf } from '../../src/express-service/identity/identity';
import type { Tags } from '../../src/express-service/identity/tags';
import { readContext, writeContext } from '../../src/express-service/memory/callback-context';
import {
  FORMATS_OF_TAGS,
  isTagOf,
  OTHER_FORMATS,
  RESERVED_TAG_PREFIX,
  VERSION,
} from '../../src/express-service/memory/formats';
import { hostMarks, hostMarksIn, hostMarksTag } from '../../src/express-service/memory/host-marks';
import { domainTags, domainsOfTags, hostsOf } from '../../src/express-service/memory/hosts';
import {
  listenerCertificatesIn,
  listenerCertificateTag,
} from '../../src/express-service/memory/listener-certificates';
import {
  loadBalancerWithAttributes,
  attributesTag,
  isManaged,
  isOwner,
  managedTags,
  ownerTagValue,
  sharedBy,
  sharedTag,
} from '../../src/express-service/memory/ownership';
import {
  healthCheckReference,
  roleOfHealthCheck,
  type HealthCheckRole,
} from '../../src/express-service/memory/health-check-reference';
import { ownershipOf, ownershipValues } from '../../src/express-service/memory/ownership-record';
import {
  networkBefore,
  networkProfileTag,
  recordedNetworkProfile,
} from '../../src/express-service/memory/network-profile';
import { takenListenerTag, takersIn } from '../../src/express-service/memory/taken-listeners';
import { pagePosition, pageToken } from '../../src/express-service/memory/page-token';
import {
  recordedExposures,
  switchTags,
  tagsOfExposures,
} from '../../src/express-service/memory/recorded-exposures';
import {
  isLeaving,
  isOfOperation,
  leavingTag,
  operationTag,
  retentionIn,
  retentionTag,
  requiredHeaderIn,
  requiredHeaderTag,
} from '../../src/express-service/memory/resource-marks';
import {
  obsoleteVersionTagKeys,
  recordedSettings,
  recordedVersions,
  versionSettingTags,
  versionTags,
} from '../../src/express-service/memory/service-versions';
import { recordOf, templateRecord } from '../../src/express-service/memory/template-record';
import { checkVersion, versionOf, versionTag } from '../../src/express-service/memory/version';
import type { ResourceModel } from '../../src/express-service/model';
import type { Scaling } from '../../src/express-service/properties/scaling';

const ACCOUNT = { partition: 'aws', region: 'ap-southeast-2', accountId: '123456789012' };
/** Letters, digits, spaces and characters that every service takes in tags. */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const hostName = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join('.'));
const zoneId = fc.stringMatching(/^Z[0-9A-Z]{10,20}$/);
const targetGroupArn = fc
  .tuple(fc.stringMatching(/^[A-Za-z0-9-]{1,32}$/), hex(16))
  .map(([name, id]) => `arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:targetgroup/${name}/${id}`);
const certificateArn = fc.uuid().map((id) => `arn:aws:acm:ap-southeast-2:123456789012:certificate/${id}`);
const listenerArn = fc
  .tuple(fc.stringMatching(/^[A-Za-z0-9-]{1,32}$/), hex(16), hex(16))
  .map(
    ([name, id, listener]) =>
      `arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:listener/app/${name}/${id}/${listener}`,
  );
const protocolVersion = fc.constantFrom('HTTP1' as const, 'HTTP2' as const, 'GRPC' as const);
const exposure: fc.Arbitrary<Exposure> = fc.oneof(
  fc.record({
    kind: fc.constant('shared' as const),
    loadBalancerName: fc.tuple(hex(10), fc.nat(99)).map(([key, number]) => `ecs-express-${key}-${number}`),
    protocolVersion,
  }),
  fc.record({ kind: fc.constant('external' as const), listenerArn, protocolVersion }),
  fc.constant<Exposure>({ kind: 'none' }),
  fc.record({
    kind: fc.constant('network' as const),
    loadBalancerName: hex(16).map((key) => `ecs-express-net-${key}`),
    protocol: fc.constantFrom('TCP' as const, 'UDP' as const, 'TCP_UDP' as const),
  }),
  fc.record({
    kind: fc.constant('networkListener' as const),
    listenerArn: listenerArn.map((arn) => arn.replace('/app/', '/net/')),
    protocol: fc.constantFrom('TCP' as const, 'UDP' as const, 'TCP_UDP' as const),
  }),
);
const written = fc.subarray(['HostedZoneId' as const, 'CertificateArn' as const]);
const domains = fc
  .uniqueArray(fc.record({ hostName, hostedZoneId: fc.option(zoneId, { nil: undefined }), written }), {
    minLength: 1,
    maxLength: 5,
    selector: ({ hostName: name }) => name,
  })
  .chain((all) =>
    fc
      .array(fc.option(certificateArn, { nil: undefined }), { minLength: all.length, maxLength: all.length })
      .map((arns) => all.map((domain, index) => ({ ...domain, certificateArn: arns[index] }))),
  );
const identity = fc
  .tuple(fc.stringMatching(/^[A-Za-z0-9_-]{1,255}$/), fc.stringMatching(/^[A-Za-z0-9_-]{1,255}$/))
  .map(([cluster, service]) => identityOf(ACCOUNT, cluster, service));

const versions = fc.uniqueArray(
  fc.record({
    id: hex(10),
    number: fc.nat(),
    state: fc.constantFrom('new' as const, 'ready' as const, 'proven' as const),
    label: fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,30}[a-z0-9])?$/),
    isUnversioned: fc.constantFrom(true as const, undefined),
  }),
  {
    minLength: 1,
    maxLength: 12,
    selector: ({ id, number }) => `${id} ${number}`,
    comparator: (one, other) => one.split(' ').some((word) => other.split(' ').includes(word)),
  },
);
const minutes = fc.nat(1440);
const steps = fc.oneof(
  fc.record({ parts: fc.constant([]), minutes: fc.constant(0), bakeMinutes: minutes }),
  fc
    .record({
      kind: fc.constantFrom('canary' as const, 'linear' as const),
      part: fc.integer({ min: 1, max: 999 }).map((tenths) => tenths / 1000),
      length: fc.integer({ min: 1, max: 9 }),
      minutes,
      bakeMinutes: minutes,
    })
    .map(({ part, length, ...others }) => ({
      ...others,
      parts: Array.from({ length }, (_, index) => (index + 1) * part),
    })),
);
const networkProfile = fc.record({
  name: fc.stringMatching(/^[A-Za-z0-9-]{1,32}$/),
  subnetIds: fc.uniqueArray(
    hex(17).map((id) => `subnet-${id}`),
    { minLength: 1, maxLength: 16 },
  ),
  securityGroupIds: fc.uniqueArray(
    hex(17).map((id) => `sg-${id}`),
    { maxLength: 4 },
  ),
});
const versionSettings = fc.record({
  spec: fc
    .record(
      {
        standby: fc.record(
          { count: fc.nat(11), taskCount: fc.nat(100), retentionInDays: fc.nat(365) },
          { requiredKeys: ['count'] },
        ),
        steps,
        traffic: fc.constant([]),
      },
      { requiredKeys: ['standby', 'steps'] },
    )
    .map((spec) => ({ id: '', label: '', reach: {}, ...spec })),
  role: fc.constantFrom('arn:aws:iam::123456789012:role/infrastructure', undefined),
});

/** Check a property of tags for many values, and that these tags fit everywhere and have one row in the table. */
function always<Value>(
  arbitrary: fc.Arbitrary<Value>,
  write: (value: Value) => Tags,
  check: (tags: Tags, value: Value) => void,
) {
  fc.assert(
    fc.property(arbitrary, (value) => {
      const tags = write(value);
      for (const [key, text] of Object.entries(tags)) {
        expect(key.length).toBeLessThanOrEqual(128);
        expect(text.length).toBeLessThanOrEqual(256);
        expect(key).toMatch(TAG_TEXT);
        expect(text).toMatch(TAG_TEXT);
        expect(key.startsWith(RESERVED_TAG_PREFIX)).toBe(true);
        expect(FORMATS_OF_TAGS.filter((format) => isTagOf(format, key))).toHaveLength(1);
      }
      check(tags, value);
    }),
  );
}

describe('tags', () => {
  test('of additional load balancers', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/), { maxLength: 4 });
    always(names, additionalTags, (tags, all) => {
      expect(recordedLoadBalancers(tags)).toEqual([...all].sort());
      expect(obsoleteAdditionalTagKeys(tags, all.slice(1))).toEqual(
        Object.keys(additionalTags(all.slice(0, 1))),
      );
    });
  });

  test('of the version', () => {
    always(fc.constant(undefined), versionTag, (tags) => expect(versionOf(tags)).toBe(VERSION));
    expect(versionOf({})).toBe(1);
    checkVersion({}, 'sg-1');
    checkVersion(versionTag(), 'sg-1');
    for (const later of [String(VERSION + 1), 'two']) {
      const tags = { [FORMATS_OF_TAGS[0]!.key]: later };
      expect(() => checkVersion(tags, 'sg-1')).toThrow(`sg-1 records the service in version "${later}"`);
    }
  });

  test('of versions', () => {
    always(versions, versionTags, (tags, all) => {
      expect(recordedVersions(tags)).toEqual([...all].sort((one, other) => other.number - one.number));
      const [first, ...gone] = all;
      expect(obsoleteVersionTagKeys(tags, [first!.id]).sort()).toEqual(Object.keys(versionTags(gone)).sort());
    });
    for (const text of ['1 old v1', '1 ready', '1 ready v1 else']) {
      const [key] = Object.keys(versionTags([{ id: '0123456789', number: 1, state: 'new', label: 'v1' }]));
      expect(() => recordedVersions({ [key!]: text })).toThrow(/a newer version of this resource type/i);
    }
  });

  test('of what a template says of versions', () => {
    always(
      versionSettings,
      ({ spec, role }) => versionSettingTags(spec, role),
      (tags, { spec, role }) => {
        const { standby, steps, traffic } = spec;
        expect(recordedSettings(tags)).toEqual({
          standby,
          steps,
          hasTraffic: traffic !== undefined,
          infrastructureRoleArn: role,
        });
        expect(obsoleteVersionTagKeys(tags, [])).toEqual(expect.arrayContaining(Object.keys(tags)));
      },
    );
    expect(recordedSettings({})).toBeUndefined();
  });

  test('of a network profile', () => {
    always(networkProfile, networkProfileTag, (tags, { name, securityGroupIds, subnetIds }) => {
      expect(recordedNetworkProfile(tags)).toMatchObject({
        name,
        securityGroupIds: securityGroupIds.toSorted(),
      });
      const before = { subnetIds, additionalSecurityGroupIds: [...securityGroupIds, 'sg-own'] };
      const profile = { name, securityGroupIds, subnetIds };
      expect(networkBefore({ ...before, networkProfile: profile }, tags)).toMatchObject({ subnetIds });
      // The profile is another one today.
      const others = [...subnetIds, 'subnet-other'];
      const today = { ...before, subnetIds: others, networkProfile: { ...profile, subnetIds: others } };
      expect(networkBefore(today, tags)).toEqual({
        subnetIds: [],
        additionalSecurityGroupIds: [...securityGroupIds.toSorted(), 'sg-own'],
      });
    });
    expect([networkProfileTag(undefined), recordedNetworkProfile({})]).toEqual([{}, undefined]);
  });

  test('of a rule whose requests must have a header', () => {
    always(fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/), requiredHeaderTag, (tags, name) => {
      expect(requiredHeaderIn(tags)).toBe(name);
    });
    expect(requiredHeaderTag(undefined)).toEqual({});
  });

  test('of the owner', () => {
    always(
      identity,
      (of) => managedTags({ identity: of, spec: { tags: {} } }),
      (tags, of) => {
        expect(isManaged(of, tags)).toBe(true);
        expect(isManaged(identityOf(ACCOUNT, of.clusterName, `${of.serviceName}x`), tags)).toBe(false);
        expect(isOwner(ownerTagValue(of))).toBe(true);
      },
    );
  });

  test('of what is shared', () => {
    always(hex(10), sharedTag, (tags, key) => expect(sharedBy(tags)).toBe(key));
    always(listenerArn, attributesTag, (tags, arn) => expect(loadBalancerWithAttributes(tags)).toBe(arn));
  });

  test('of the exposures', () => {
    always(
      fc.tuple(exposure, exposure),
      ([serving, joining]) => tagsOfExposures({ serving, joining, leaving: [] }),
      (tags, [serving, joining]) => {
        expect(recordedExposures(tags)?.serving).toEqual(serving);
        expect([serving, ...recordedExposures(tags)!.others]).toContainEqual(joining);
        expect(recordedExposures({ ...tags, ...switchTags(joining, serving) })?.serving).toEqual(joining);
      },
    );
  });

  test('of the domains', () => {
    always(
      domains,
      ([domain, ...additionalDomains]) => domainTags({ domain: domain!, additionalDomains }),
      (tags, all) => {
        expect(domainsOfTags(tags)).toEqual(all);
        expect(hostsOf(tags)).toHaveLength(all.length);
      },
    );
  });

  test('of the template', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[\w.:/=+@-]{1,128}$/), { maxLength: 49 });
    const counts = fc.option(fc.tuple(fc.nat(5000), fc.nat(5000)), { nil: undefined });
    const sidecars = fc.uniqueArray(label, { maxLength: 30 });
    always(
      fc.tuple(names, counts, sidecars),
      ([stackTags, taskCounts, essential]) => {
        const SidecarContainers = essential.map((Name) => ({ Name, Essential: true }));
        const [minTaskCount = 1, maxTaskCount = 1] = taskCounts ?? [];
        const scaling = { minTaskCount, maxTaskCount, ...(taskCounts && { scheduledActions: [] }) };
        return templateRecord(
          { SidecarContainers } as unknown as ResourceModel,
          Object.fromEntries(stackTags.map((key) => [key, ''])),
          scaling as unknown as Scaling,
        );
      },
      (tags, [stackTags, taskCounts, essential]) => {
        const { isStackTag, isSpelledOut, ...record } = recordOf(tags);
        expect(record.taskCounts && Object.values(record.taskCounts)).toEqual(taskCounts);
        expect(stackTags.every(isStackTag)).toBe(true);
        const told = essential.filter((name) => isSpelledOut(`SidecarContainers/${name}/Essential`));
        expect(told.length).toBe(essential.length);
        // Of an ordinary template nothing else is taken for one of these.
        if (stackTags.length + essential.length > 30) return;
        expect(isStackTag('another')).toBe(stackTags.includes('another'));
        expect(essential.some((name) => isSpelledOut(`SidecarContainers/${name}/Image`))).toBe(false);
      },
    );
  });

  test('of hosts on a rule', () => {
    always(
      fc
        .uniqueArray(hostName, { maxLength: 5 })
        .chain((names) => fc.tuple(fc.constant(names), fc.subarray(names))),
      ([names, wanted]) => {
        const of = (some: string[]) => some.map((name) => ({ hostName: name }));
        return hostMarksTag({ ...hostMarks(of(names), 'released'), ...hostMarks(of(wanted), 'wanted') });
      },
      (tags, [names, wanted]) => {
        const marks = Object.values(hostMarksIn(tags));
        expect(marks).toHaveLength(names.length);
        expect(marks.filter((mark) => mark === 'wanted')).toHaveLength(wanted.length);
      },
    );
    expect(() => hostMarksIn({ 'org-ecs-express:hosts': '0a1b2c3d+lent' })).toThrow('says "0a1b2c3d+lent"');
  });

  test('of certificates on a listener', () => {
    always(
      fc.tuple(listenerArn, certificateArn, fc.boolean(), listenerArn),
      ([listener, arn, leaving]) => listenerCertificateTag(listener, { arn, isLeaving: leaving }),
      (tags, [listener, arn, leaving, another]) => {
        expect(listenerCertificatesIn(tags, listener)).toEqual([{ arn, isLeaving: leaving }]);
        if (another !== listener) expect(listenerCertificatesIn(tags, another)).toEqual([]);
      },
    );
  });

  test('of who has taken a listener', () => {
    const service = fc.stringMatching(/^[a-z]{1,20}$/).map((name) => ({ serviceArn: `arn:aws:ecs:${name}` }));
    always(
      fc.tuple(service, targetGroupArn, service),
      ([identity, before]) => takenListenerTag(identity, before),
      (tags, [identity, before, another]) => {
        expect(takersIn(tags, identity)).toEqual({ before, hasOthers: false });
        if (another.serviceArn !== identity.serviceArn)
          expect(takersIn(tags, another)).toEqual({ before: undefined, hasOthers: true });
      },
    );
  });

  test('of log groups and certificates', () => {
    always(fc.constantFrom('Retain' as const, 'Retained' as const), retentionTag, (tags, retention) =>
      expect(retentionIn(tags)).toBe(retention),
    );
    expect(retentionIn({})).toBeUndefined();
    expect(() => retentionIn({ 'org-ecs-express:deletion-policy': 'Archive' })).toThrow('says "Archive"');
    always(fc.uuid(), operationTag, (tags, token) => {
      expect(isOfOperation(tags, token)).toBe(true);
      expect(isOfOperation(tags, `${token}x`)).toBe(false);
    });
    always(fc.constant(undefined), leavingTag, (tags) => expect(isLeaving({ tags })).toBe(true));
    expect(isLeaving({ tags: {} })).toBe(false);
  });
});

test('every row of the table of formats names a file that is there', () => {
  const rows = [...FORMATS_OF_TAGS, ...Object.values(OTHER_FORMATS)];
  const files = rows.map(({ readBy }) => /\((\S+\.ts)\)$/.exec(readBy)?.[1] ?? readBy);
  const room = join(__dirname, '..', '..', 'src', 'express-service', 'memory');
  const missing = files.filter((file) => ![room, join(room, '..')].some((at) => existsSync(join(at, file))));
  expect(missing).toEqual([]);
});

test('the TXT record of a host, in whatever order its values come', () => {
  fc.assert(
    fc.property(identity, fc.boolean(), fc.boolean(), fc.boolean(), (of, isReleased, isRouted, isTurned) => {
      const record = { owner: ownerTagValue(of), isReleased, isRouted };
      const values = ownershipValues(record);
      for (const value of values) expect(value.length).toBeLessThanOrEqual(257 + 2);
      expect(ownershipOf('host', isTurned ? [...values].reverse() : values)).toEqual(record);
    }),
  );
  expect(ownershipOf('host', ['"v=spf1 -all"'])).toBeUndefined();
  const owner = ownerTagValue(identityOf(ACCOUNT, 'default', 'hello'));
  expect(() => ownershipOf('host', [owner, '"lent"'])).toThrow(
    'The TXT record _org-ecs-express.host says "lent"',
  );
});

test('the CallerReference of a health check', () => {
  const role = fc.constantFrom('1', '2', 'region');
  fc.assert(
    fc.property(identity, identity, role, fc.string(), (of, other, checked, token) => {
      const reference = healthCheckReference(of, checked as HealthCheckRole, token);
      // API reference of CreateHealthCheck.
      expect(reference.length).toBeLessThanOrEqual(64);
      expect(roleOfHealthCheck(of, reference)).toBe(checked);
      if (of.serviceArn !== other.serviceArn) expect(roleOfHealthCheck(other, reference)).toBeUndefined();
    }),
  );
});

test('the page token of LIST', () => {
  const position = fc.record({ clusters: fc.string(), services: fc.string() }, { requiredKeys: [] });
  fc.assert(fc.property(position, (at) => expect(pagePosition(pageToken(at))).toEqual(at)));
});

describe('the callback context', () => {
  const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  const text = fc.string({ minLength: 1 }).filter((name) => name !== '__proto__');
  const time = fc.record({ since: fc.nat(), until: fc.nat() });
  const context = fc.record(
    {
      elapsedSeconds: fc.nat(),
      network: json,
      roleLooks: fc.nat(),
      notices: fc.array(text),
      continuation: fc.record(
        {
          pending: fc.array(fc.record({ kind: text, token: json })),
          observations: fc.dictionary(text, json),
          removed: fc.array(text),
          waits: fc.dictionary(text, time),
          exposures: fc.record({ serving: exposure, leaving: fc.array(exposure) }),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );
  const handed = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

  test('is read as it was written, after it was handed over as JSON', () => {
    fc.assert(
      fc.property(context, (value) => {
        expect(handed(readContext(handed(writeContext(value))))).toEqual(handed(value));
      }),
    );
  });

  test('of the first invocation says nothing', () => {
    expect(handed(readContext({}))).toEqual({});
  });

  const LISTENER_RULE = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/x/1/2/3';
  test.each<[kind: string, text: string, token: unknown]>([
    ['Certificate', 'Z1/arn:1', { certificates: [{ hostedZoneId: 'Z1', arn: 'arn:1' }] }],
    [
      'Certificate',
      'Z1/arn:a/1 Z2/arn:a/2',
      {
        certificates: [
          { hostedZoneId: 'Z1', arn: 'arn:a/1' },
          { hostedZoneId: 'Z2', arn: 'arn:a/2' },
        ],
      },
    ],
    ['DnsRecord', 'arn:lb', { loadBalancerArn: 'arn:lb' }],
    ['ListenerRule 0a1b2c3d', `${LISTENER_RULE} 60`, { arn: LISTENER_RULE }],
    ['LoadBalancerSecurityGroup 0a1b2c3d', 'sg-1 sg-2', { id: 'sg-1', serviceGroupId: 'sg-2' }],
    ['LoadBalancerSecurityGroup', 'sg-1 ', { id: 'sg-1' }],
    ['SecurityGroupRules', 'sg-1 sg-2', { id: 'sg-1', serviceGroupId: 'sg-2' }],
    ['Service', 'DRAINING', { draining: true }],
    ['Service', 'stopping arn:d', { stopping: 'arn:d' }],
    ['ServiceDeployment', 'arn:d', { deployment: 'arn:d' }],
    ['ServiceDeployment', 'after 3 arn:d', { begins: true, after: 'arn:d' }],
    ['ServiceDeployment', 'after 0 ', { begins: true }],
    ['ServiceSecurityGroup', 'sg-1', { id: 'sg-1' }],
    ['TargetGroupSettings', 'stopping arn:d', { stopping: 'arn:d' }],
  ])('of version 1 has texts as tokens: %s, %s', (kind, text, token) => {
    const waits = { 'clients to follow the DNS record': 5, 'a wait': 7 };
    const { continuation } = readContext({
      elapsedSeconds: 9,
      continuation: { pending: [{ kind, token: text }], waits },
    });
    expect(continuation?.pending).toEqual([{ kind, token }]);
    expect(continuation?.waits).toMatchObject({ 'a wait': { since: 7, until: 3607 } });
    const left = kind.startsWith('ListenerRule') ? { since: 5, until: 3605 } : undefined;
    expect(continuation?.waits?.[`clients to leave ${LISTENER_RULE}`]).toEqual(left);
  });

  test('of a version that is not known is refused', () => {
    for (const version of [VERSION + 1, '2', null]) {
      expect(() => readContext({ version })).toThrow(`is of version ${JSON.stringify(version)}`);
    }
  });
});
