export { forbids, PASS, requires, when } from './outcome';
export { defineRule, flag, integer, integers, texts } from './rule';
export { all, any, NEVER, not } from './truth';
