import type { AppliedExemption } from './applied-exemption';
import type { Rule } from './rule';
import { isObject, type Node } from './scope';

/** A way in which developers exempt resources in their own templates. */
interface MetadataSource {
  /** Key within the resource's Metadata. */
  readonly key: string;
  /** Path of the list below that key. */
  readonly list: string;
  /** Properties of an entry that hold the rule's id and the reason. */
  readonly id: string;
  readonly reason: string;
  /** The catalogues whose ids are meant; a rule's own id always is. */
  readonly catalogues: readonly string[];
}

/** All sources, by the name under which a profile permits them. */
export const METADATA_SOURCES: Readonly<Record<string, MetadataSource>> = {
  governance: {
    key: 'Org::ECS::Governance',
    list: 'Exemptions',
    id: 'Rule',
    reason: 'Reason',
    catalogues: [],
  },
  guard: {
    key: 'guard',
    list: 'SuppressedRules',
    id: 'id',
    reason: 'reason',
    catalogues: ['Guard rules registry', 'Control Tower'],
  },
  cfn_nag: { key: 'cfn_nag', list: 'rules_to_suppress', id: 'id', reason: 'reason', catalogues: ['cfn_nag'] },
  checkov: { key: 'checkov', list: 'skip', id: 'id', reason: 'comment', catalogues: ['checkov'] },
  'cdk-nag': {
    key: 'cdk_nag',
    list: 'rules_to_suppress',
    id: 'id',
    reason: 'reason',
    catalogues: ['cdk-nag'],
  },
};

/**
 * The exemption of a rule in a resource's own metadata.
 *
 * @param permitted names of the sources that count.
 * @param today as YYYY-MM-DD; an entry of the own key may carry `Expires` and holds up to and including that day.
 */
export function templateExemption(
  rule: Rule,
  metadata: Node,
  permitted: ReadonlySet<string>,
  today: string,
): AppliedExemption | undefined {
  if (!isObject(metadata)) return undefined;
  for (const name of permitted) {
    const source = METADATA_SOURCES[name];
    const content = source && metadata[source.key];
    const entries = source && isObject(content) ? content[source.list] : undefined;
    if (source === undefined || !Array.isArray(entries)) continue;
    for (const entry of entries) {
      const fields: Readonly<Record<string, Node>> = isObject(entry) ? entry : { [source.id]: entry };
      const id = String(fields[source.id]);
      if (
        id !== rule.id &&
        id !== rule.group &&
        !source.catalogues.some((catalogue) => rule.equivalents?.[catalogue]?.includes(id))
      )
        continue;
      const expires = fields['Expires'] === undefined ? undefined : String(fields['Expires']);
      if (expires !== undefined && expires < today) continue;
      const reason = fields[source.reason];
      return {
        source: source.key,
        reason: typeof reason === 'string' && reason !== '' ? reason : 'none given',
        owner: typeof fields['Owner'] === 'string' ? fields['Owner'] : undefined,
        expires,
      };
    }
  }
  return undefined;
}
