import type { CheckResult } from '../command-line/result';
import { github } from './github';
import { json } from './json';
import { junit } from './junit';
import type { Presentation } from './presentation';
import { sarif } from './sarif';
import { text } from './text';

/** The output formats of a check, by name. */
export const FORMATS: Readonly<Record<string, (result: CheckResult, presentation: Presentation) => string>> =
  {
    text,
    json,
    sarif,
    junit,
    github,
  };
