/**
 * Records what the handlers persist in the course of a life, as test/memory/written/<name>.json:
 * `npx tsx test/memory/record.ts <name> [<bundle>]`. To be run before a persisted format changes: what is recorded then is
 * what later versions have to read.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Structure } from '../../local/service';
import { withBundle } from '../support/bundle';
import { fromBundle } from '../support/handlers';
import { beginLife, live, phaseOf } from './life';
import { World, type Tags } from './world';

/** What an operation has persisted. */
export interface Written {
  readonly operation: string;
  readonly template: Structure;
  /** The callback context of each invocation but the last, with what it says it waits for. */
  readonly contexts: { readonly message: string; readonly context: Structure }[];
  /** Tags, by the name of their resource, and values of TXT records: each that was seen after an invocation. */
  readonly tags: Record<string, Record<string, string[]>>;
  readonly records: Record<string, string[][]>;
  /** Those that there were in the end. */
  readonly left: { readonly tags: Record<string, Tags>; readonly records: Record<string, string[]> };
}

/** @param bundle path of the bundle of the handlers. */
export async function record(bundle: string): Promise<Written[]> {
  const written: Written[] = [];
  let current: Written | undefined;
  let world: World;
  const phases = new Set<string>();
  const life = await beginLife({ handlers: fromBundle(bundle) }, async (payload) => {
    const phase = phaseOf(payload);
    if (!current || phases.has(phase)) return payload;
    phases.add(phase);
    await world.look();
    if (payload.callbackContext) {
      current.contexts.push(world.named({ message: payload.message, context: payload.callbackContext }));
    }
    for (const [name, tags] of Object.entries(world.named(await world.tags()))) {
      const known = (current.tags[name] ??= {});
      for (const [key, value] of Object.entries(tags)) add((known[key] ??= []), value);
    }
    for (const [name, values] of Object.entries(world.named(await world.records()))) {
      add((current.records[name] ??= []), values);
    }
    return payload;
  });
  world = new World(life.driver.aws);
  try {
    let model: Structure = {};
    for (const step of life.steps) {
      const { operation } = step;
      phases.clear();
      current = {
        operation,
        template: step.template,
        contexts: [],
        tags: {},
        records: {},
        left: { tags: {}, records: {} },
      };
      model = await live(life, step, model);
      const left = world.named({ tags: await world.tags(), records: await world.records() });
      written.push({ ...current, template: world.named(step.template), left });
      console.error(`${operation}: ${current.contexts.length} contexts`);
    }
    return written;
  } finally {
    await life.driver.close();
  }
}

function add<Value>(values: Value[], value: Value): void {
  if (!values.some((each) => JSON.stringify(each) === JSON.stringify(value))) values.push(value);
}

async function main([name, bundle]: string[]): Promise<void> {
  const written = await (bundle ? record(bundle) : withBundle(record));
  const path = join(__dirname, 'written', `${name}.json`);
  await writeFile(path, `${JSON.stringify(written, undefined, 2)}\n`);
  console.error(path);
}

void main(process.argv.slice(2));
