/** What the schema asks for, in words, and the property that is meant by an unknown one. */
import schema from '../../schema/org-ecs-expressservice.json';
import { meaningOf, suggestion, type NamedSchema } from '../../schema/suggestions';

const ROOT = schema as NamedSchema;
const TOP = Object.keys(schema.properties);
const CONTAINER = Object.keys(schema.definitions.PrimaryContainer.properties);

/** All parts of the schema that have a pattern, by their path in it. */
function patterns(node: unknown, path: string): [string, { pattern: string; $comment?: string }][] {
  if (node === null || typeof node !== 'object') return [];
  const own = typeof (node as { pattern?: unknown }).pattern === 'string' ? [[path, node] as never] : [];
  return [...own, ...Object.entries(node).flatMap(([name, member]) => patterns(member, `${path}/${name}`))];
}

test.each(patterns(schema, ''))(
  'the pattern of %s is said in words, with an example that it matches',
  (_path, node) => {
    const meaning = meaningOf(node)!;
    expect(meaning.what).toMatch(/^(an?|the|codes|LATEST) /);
    if (meaning.example !== undefined) expect(meaning.example).toMatch(new RegExp(node.pattern, 'u'));
  },
);

test.each<[string, string[], string | undefined]>([
  ['healthCheckPath', TOP, 'HealthCheckPath'],
  ['Service_Name', TOP, 'ServiceName'],
  ['InfrastructureRolArn', TOP, 'InfrastructureRoleArn'],
  ['Domain', TOP, undefined],
  ['Image', TOP, 'PrimaryContainer/Image'],
  ['Subnets', TOP, 'NetworkConfiguration/Subnets'],
  ['MinTaskCount', TOP, 'ScalingTarget/MinTaskCount'],
  ['Essential', TOP, 'SidecarContainers/0/Essential'],
  ['Cpu', CONTAINER, 'Cpu'],
  ['Comand', CONTAINER, 'Command'],
  ['Colour', TOP, undefined],
  ['', TOP, undefined],
  ['constructor', TOP, undefined],
])('%s, among its siblings, stands for a property or for none', (name, siblings, meant) => {
  expect(suggestion(name, siblings, ROOT)).toBe(meant);
});
