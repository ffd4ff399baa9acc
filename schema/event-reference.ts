/** The reference of events in Markdown, from their schema. */
import events from '../docs/reference/events.schema.json';

/** A member, as the tables show it. */
interface Member {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly description?: string;
}

/** Text of docs/reference/events.md, not yet formatted. */
export function eventReference(): string {
  const { title, description, properties, required, definitions, examples } = events;
  const kinds = properties['detail-type'].oneOf;
  const { Detail, Version } = definitions;
  return [
    `# ${title}`,
    'Generated from [events.schema.json](events.schema.json) by `npm run generate`. Do not edit. [Events](../events.md) says how they come.',
    description,
    '## What has happened',
    table(
      ['`detail-type`', 'Meaning'],
      kinds.map((kind) => [code(kind.const), kind.description]),
    ),
    '## The event',
    members(properties, required),
    '## Its detail',
    members(Detail.properties, Detail.required),
    '## A version in `from` and `to`',
    members(Version.properties, Version.required),
    '## An example',
    ...examples.map((example) => `\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``),
    '',
  ].join('\n\n');
}

function members(properties: Readonly<Record<string, Member>>, required: readonly string[]): string {
  return table(
    ['Member', 'Type', 'Always there', 'Meaning'],
    Object.entries(properties).map(([name, member]) => [
      code(name),
      typeOf(member),
      required.includes(name) ? 'yes' : 'no',
      [member.description, member.const === undefined ? [] : `Always ${code(String(member.const))}.`]
        .flat()
        .join(' '),
    ]),
  );
}

function typeOf({ $ref, type = '' }: Member): string {
  if ($ref === '#/definitions/Versions') return 'list of versions';
  return $ref === undefined ? type : 'object';
}

function table(head: readonly string[], rows: readonly (readonly (string | undefined)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
