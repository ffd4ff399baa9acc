import { byId, type Rule } from '../engine/rule';
import * as catalogue from './catalogue';

/** All rules of the catalogue, ordered by id. */
export const rules: readonly Rule[] = Object.values(catalogue).sort((left, right) => byId(left.id, right.id));
