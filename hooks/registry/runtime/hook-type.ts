/** What a hook of the CloudFormation registry consists of, and what its handlers receive and return. */
import type { HandlerErrorCode } from '../../../src/core/failure';
import type { ClientConfiguration } from '../../../src/aws/client-configuration';
import type { Deadline } from '../../../src/cloudformation/extension/deadline';
import type { CallbackContext } from '../../../src/cloudformation/extension/handler-request';
import type { Logger } from '../../../src/cloudformation/extension/logger';
import type { HookInvocationEvent } from './event';
import type { HANDLER_NAMES, InvocationPoint } from './invocation-point';

/** Every status that CloudFormation takes from a hook. */
export const HOOK_STATUSES = [
  'PENDING',
  'IN_PROGRESS',
  'SUCCESS',
  'CHANGE_SET_SUCCESS_SKIP_STACK_HOOK',
  'FAILED',
] as const;

export type HookStatus = (typeof HOOK_STATUSES)[number];

/** The error codes of resource types, and those that only hooks have. */
export type HookErrorCode =
  HandlerErrorCode | 'HandlerInternalFailure' | 'NonCompliant' | 'UnsupportedTarget' | 'Unknown';

/** The result of one check, as the console and GetHookResult list it. */
export interface Annotation {
  readonly annotationName: string;
  readonly status: 'PASSED' | 'FAILED' | 'SKIPPED';
  readonly statusMessage?: string;
  readonly remediationMessage?: string;
  /** An https URL. */
  readonly remediationLink?: string;
  readonly severityLevel?: 'INFORMATIONAL' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
}

/** What a handler returns. */
export interface HookProgress {
  readonly hookStatus: HookStatus;
  /** With FAILED, and only then. */
  readonly errorCode?: HookErrorCode;
  readonly message?: string;
  /** With IN_PROGRESS: plain JSON that comes back at the next invocation. */
  readonly callbackContext?: CallbackContext;
  /** With IN_PROGRESS: seconds until the next invocation. */
  readonly callbackDelaySeconds?: number;
  readonly annotations?: readonly Annotation[];
}

/** One invocation of a handler. */
export interface HookRequest<TypeConfiguration> {
  /** The event as CloudFormation sent it, checked, and without credentials. */
  readonly event: HookInvocationEvent;
  /** Configuration of the hook in this account and Region, with the schema's types and defaults. */
  readonly typeConfiguration: TypeConfiguration;
  /** Empty at the first invocation. */
  readonly callbackContext: CallbackContext;
  /** Options for SDK clients that act with the hook's execution role; absent when the hook has none. */
  readonly clientConfiguration?: ClientConfiguration;
  readonly deadline: Deadline;
  readonly logger: Logger;
}

/**
 * A handler of one invocation point.
 *
 * @throws anything: what is not a HandlerError is translated by `toHandlerError`.
 */
export type HookHandler<TypeConfiguration> = (
  request: HookRequest<TypeConfiguration>,
) => Promise<HookProgress>;

/** JSON Schema, as far as the runtime reads it. */
export interface PropertySchema {
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, PropertySchema>>;
  readonly patternProperties?: Readonly<Record<string, PropertySchema>>;
  readonly items?: PropertySchema;
}

/** The schema of a hook, as far as the runtime reads it. */
export interface HookSchema {
  readonly typeName: string;
  readonly handlers: Readonly<
    Partial<Record<(typeof HANDLER_NAMES)[InvocationPoint], { readonly targetNames: readonly string[] }>>
  >;
  readonly typeConfiguration: PropertySchema;
}

/** A hook: its schema and its handlers. */
export interface HookType<TypeConfiguration> {
  readonly schema: HookSchema;
  readonly handlers: Readonly<Partial<Record<InvocationPoint, HookHandler<TypeConfiguration>>>>;
}
