/** A small part of `npm run fuzz:models`, the same in every run; and what the provider's check says of each kind of flaw. */
import { checkModel, checkTypeConfiguration } from '../../src/cloudformation/extension/model-check';
import { fuzz } from './fuzz';
import { MUTATION_NAMES } from './mutations';
import { SCHEMA } from './schema';

test('models are accepted, or refused with a property and a remedy before anything changes', async () => {
  const result = await fuzz({ count: 300, seed: 1, lives: 3 });
  expect(result.failures).toEqual([]);
  expect(result.accepted + result.refused).toBe(300);
  // A fuzzer that refuses or accepts everything, or leaves out a way of breaking, proves nothing.
  expect(result.accepted).toBeGreaterThan(50);
  expect(result.refused).toBeGreaterThan(75);
  expect(Object.keys(result.mutations).sort()).toEqual([...MUTATION_NAMES].sort());
}, 300_000);

describe('properties that the schema does not allow', () => {
  const base = { InfrastructureRoleArn: 'arn:aws:iam::123456789012:role/infrastructure' };
  const container = (properties: object) => ({
    PrimaryContainer: { Image: 'example/hello:1', ...properties },
  });

  test.each<[string, object, string]>([
    [
      'a text for a number',
      container({ ContainerPort: 'http' }),
      'PrimaryContainer/ContainerPort: is not a whole',
    ],
    [
      'a fraction for a whole number',
      container({ ContainerPort: 80.5 }),
      'PrimaryContainer/ContainerPort: is not',
    ],
    ['a list for a text', { ServiceName: ['web'] }, 'ServiceName: is not a text. Give a text.'],
    [
      'an object for a list',
      container({ Command: {} }),
      'PrimaryContainer/Command: is not a list. Give a list.',
    ],
    [
      'a text for an object',
      { PrimaryContainer: 'web' },
      'PrimaryContainer: is not an object. Give an object.',
    ],
    ['a number for a boolean', { EnableExecuteCommand: 1 }, 'EnableExecuteCommand: is not true or false.'],
    [
      'a number out of range',
      container({ ContainerPort: 65_536 }),
      'is 65536, more than 65535. Give at most 65535.',
    ],
    [
      'no word of an enumeration',
      { Cpu: '300' },
      'Cpu: is not one of the permitted values. Give one of 256, 512',
    ],
    [
      'a text of another form',
      { HealthCheckPath: 'health' },
      'HealthCheckPath: is not a path that begins with /. Give one like /health.',
    ],
    ['a long text', { ServiceName: 'a'.repeat(256) }, 'ServiceName: has 256 characters. Give at most 255.'],
    [
      'a short list',
      { CapacityProviderStrategy: [] },
      'CapacityProviderStrategy: has 0 items. Give at least 1.',
    ],
    [
      'an item twice',
      { NetworkConfiguration: { Subnets: ['subnet-12345678', 'subnet-12345678'] } },
      'NetworkConfiguration/Subnets/1: is there twice. Give each item once.',
    ],
    [
      'a member missing',
      container({ Environment: [{ Name: 'A' }] }),
      'PrimaryContainer/Environment/0/Value: is missing.',
    ],
    [
      'a member that is null',
      { InfrastructureRoleArn: null },
      'InfrastructureRoleArn: is missing. Give it: Role',
    ],
    [
      'an unknown member',
      { Colour: 80 },
      'Colour: is no property of this type. Remove it, or give one of ServiceName,',
    ],
    [
      'a member in another case',
      { healthcheckPath: '/' },
      'healthcheckPath: is no property of this type. Give HealthCheckPath instead, or remove it.',
    ],
    [
      'a member with a wrong letter',
      container({ Enviroment: [] }),
      'PrimaryContainer/Enviroment: is no property of this type. Give Environment instead, or remove it.',
    ],
    [
      'a member of a part',
      { ContainerPort: 80 },
      'ContainerPort: is no property of this type. Give PrimaryContainer/ContainerPort instead, or remove it.',
    ],
    [
      'a member of the whole',
      container({ CpuArchitecture: 'ARM64' }),
      'PrimaryContainer/CpuArchitecture: is no property of this type. Give CpuArchitecture instead, or remove it.',
    ],
    [
      'a role that is no ARN',
      { InfrastructureRoleArn: 'ecsInfrastructureRole' },
      'InfrastructureRoleArn: is not the ARN of an IAM role. Give one like arn:aws:iam::123456789012:role/name.',
    ],
    [
      'a label of a name that every object has',
      container({ DockerLabels: { constructor: 'a' } }),
      'PrimaryContainer/DockerLabels/constructor: is no name that is permitted. Give it another name.',
    ],
    [
      'a label that is no text',
      container({ DockerLabels: { 'com.example.team': ['a'] } }),
      'PrimaryContainer/DockerLabels/"com.example.team": is not a text.',
    ],
    ['a member of every object', { constructor: 1 }, 'constructor: is no property of this type.'],
    ['an unreadable name', { 'a\nb': 1 }, '"a\\nb": is no property of this type.'],
  ])('%s', (_what, properties, message) => {
    expect(() => checkModel(SCHEMA, { ...base, ...properties })).toThrow(
      expect.objectContaining({ code: 'InvalidRequest', message: expect.stringContaining(message) }),
    );
  });

  test('never repeat a value, which may be a secret', () => {
    const properties = {
      ...base,
      ...container({ Environment: [{ Name: 'A', Value: { canary: 'canary' } }] }),
    };
    expect(() => checkModel(SCHEMA, properties)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('canary') }),
    );
  });

  test.each<[string, object]>([
    [
      'numbers and booleans as texts',
      { ...container({ ContainerPort: '80' }), EnableExecuteCommand: 'True' },
    ],
    ['numbers for texts', { Cpu: 256, Memory: 512 }],
    ['null for what is absent', { ServiceName: null, PrimaryContainer: { Image: 'a', Command: null } }],
    ['anything where AWS alone decides', { Status: 'ACTIVE', ECSManagedResourceArns: { New: 1 } }],
  ])('do not include %s', (_what, properties) => {
    expect(() => checkModel(SCHEMA, { ...base, ...properties })).not.toThrow();
  });

  test('of the configuration of the type are named as such', () => {
    expect(() => checkTypeConfiguration(SCHEMA, { PermittedImageRegistries: 'example/' })).toThrow(
      'TypeConfiguration/PermittedImageRegistries: is not a list. Give a list.',
    );
  });
});
