/** Policy documents of roles, as far as ECS reads them. */
import type { Structure } from '../service';

/** Statements of a document; IAM answers with documents that are encoded as in a URL. */
export function statementsOf(document: string): Structure[] {
  const { Statement = [] } = JSON.parse(decodeURIComponent(document)) as Structure;
  return listed(Statement);
}

/** Whether a statement of a trust policy lets a service principal assume the role. */
export function trusts({ Effect, Principal }: Structure, principal: string): boolean {
  return Effect === 'Allow' && (Principal === '*' || listed(Principal?.Service).includes(principal));
}

/** What a document has once or as a list. */
export function listed(value: any): any[] {
  return value === undefined ? [] : [value].flat();
}
