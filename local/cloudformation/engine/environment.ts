import type { Answers } from '../../claims/answers';
import type { HookHandler } from '../../extension/hook-handler';
import type { Registry } from '../../registry';
import type { ResourceProvider } from '../providers/provider';
import type { Stack } from '../stack';

/** What the engine works with. */
export interface Environment {
  readonly now: () => number;
  readonly answers: Answers;
  readonly registry: Registry;
  readonly hooks: HookHandler;
  readonly providers: readonly ResourceProvider[];
  /** Value that a stack of the same Region exports. @throws AwsError when nobody exports it. */
  readonly importValue: (stack: Stack, exportName: string) => string;
  /** The stack that a resource belongs to. */
  readonly owner: (typeName: string, physicalId: string, region: string) => Stack | undefined;
  /** Name of another stack that exports a name already. */
  readonly exporter: (stack: Stack, exportName: string) => string | undefined;
  /** Stores a document and answers a URL under which a hook can read it. */
  readonly publish: (name: string, document: string) => Promise<string>;
  /** Names of the stacks that use an export. */
  readonly importers: (stack: Stack, exportName: string) => readonly string[];
}
