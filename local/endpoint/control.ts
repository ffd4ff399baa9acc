/** The control calls of the local AWS over HTTP, for other processes: JSON under `/_local/`. */
import type { Answers, AnswerSheet } from '../claims/answers';
import type { Clock, ClockMode } from '../clock';
import type { FaultRule, Faults } from '../faults';
import type { CallLog } from './call-log';
import type { HttpAnswer, HttpMessage } from './protocols';

/** Answers one control call. `path` is what follows `/_local/`. */
export type Control = (method: string, path: string, message: HttpMessage) => Promise<HttpAnswer>;

export interface ControlOptions {
  readonly clock: Clock;
  readonly answers: Answers;
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly reset: () => Promise<void>;
}

type Handler = (body: any, query: URLSearchParams) => unknown;

/**
 * The calls, by method and path:
 * - `POST reset`;
 * - `GET clock` → `{now}`; `POST clock` with `{mode?, advance?}` (a mode as in the code, advance in virtual milliseconds);
 * - `GET answers` → every claim about AWS that is not confirmed, with whether it holds; `POST answers` with those to
 *   change, `{<id>: boolean}`; `DELETE answers` puts back those of the start;
 * - `GET faults`, `POST faults` with a rule → `{id}`, `DELETE faults[?id=]`;
 * - `GET calls[?service=&operation=&callerOperation=&typeName=&invocationId=&errorCode=&after=]`, `DELETE calls`.
 */
export function createControl({ clock, answers, faults, calls, reset }: ControlOptions): Control {
  const handlers: Record<string, Handler> = {
    'POST reset': async () => {
      await reset();
      return {};
    },
    'GET clock': () => ({ now: clock.now() }),
    'POST clock': async ({ mode, advance }: { mode?: ClockMode; advance?: number }) => {
      if (mode !== undefined) clock.setMode(checkMode(mode));
      if (advance !== undefined) await clock.advance(checkDuration(advance));
      return { now: clock.now() };
    },
    'GET answers': () => answers.sheet(),
    'POST answers': (sheet: AnswerSheet) => {
      answers.give(sheet);
      return answers.sheet();
    },
    'DELETE answers': () => {
      answers.reset();
      return answers.sheet();
    },
    'GET faults': () => faults.list(),
    'POST faults': (rule: FaultRule) => ({ id: faults.add(rule) }),
    'DELETE faults': (_body, query) => {
      faults.clear(query.has('id') ? Number(query.get('id')) : undefined);
      return {};
    },
    'GET calls': (_body, query) => {
      const { after, ...filter } = Object.fromEntries(query) as Record<string, string>;
      return calls.list({ ...filter, after: after === undefined ? undefined : Number(after) });
    },
    'DELETE calls': () => {
      calls.clear();
      return {};
    },
  };
  return async (method, path, message) => {
    const handler = handlers[`${method} ${path}`];
    if (!handler) {
      return answer(404, {
        message: `There is no control call ${method} ${path}. There are: ${Object.keys(handlers).join(', ')}.`,
      });
    }
    try {
      const body = message.body.length > 0 ? JSON.parse(message.body.toString()) : {};
      return answer(200, await handler(body, message.query));
    } catch (error) {
      return answer(400, { message: (error as Error).message });
    }
  };
}

function checkMode(mode: ClockMode): ClockMode {
  const rate = typeof mode === 'object' ? mode?.rate : undefined;
  if (mode === 'manual' || mode === 'jump' || (typeof rate === 'number' && rate > 0)) return mode;
  throw new Error('mode: must be "manual", "jump" or {"rate": n} with n greater than 0.');
}

function checkDuration(milliseconds: number): number {
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds;
  throw new Error('advance: must be a number of milliseconds that is not negative.');
}

function answer(status: number, document: unknown): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(document) };
}
