import { type Outcome, PASS } from './outcome';
import { referencesOf, resolve } from './resolve';
import { Computed, isObject, type Node, type Resolved, type Scope } from './scope';
import { display } from './display';
import { all, any, anyTruth, type Evidence, type Test, type Truth } from './truth';
import { concatenate, equalsText, matchesPattern, piecesOf, type TextPart, Unknown } from './unknown';

/** A literal, as rules see it. */
export type Scalar = string | number | boolean;

/**
 * A property's value in one world. Every question about it is answered in three values, so that rules need to know
 * neither intrinsic functions nor what is unknown.
 *
 * Literals are compared in the type that the rule asks for: where a rule expects a boolean or a number, the texts "true"
 * and "443" are that boolean and that number, since CloudFormation passes them on so.
 */
export class Value {
  private evaluated = -1;
  private content: Resolved;

  constructor(
    private readonly scope: Scope,
    /** Logical id of the resource that it belongs to. */
    readonly owner: string,
    /** Property path, e.g. `ContainerDefinitions.0.User`. */
    readonly path: string,
    private readonly node: Node,
    private readonly fallback?: Scalar,
  ) {}

  /** The value after its intrinsic functions; its own default where it is absent. */
  get resolved(): Resolved {
    if (this.evaluated !== this.scope.version) {
      this.content = resolve(this.node, this.scope) ?? this.fallback;
      this.evaluated = this.scope.version;
    }
    return this.content;
  }

  /** The value at a path below this one, e.g. `NetworkConfiguration.Subnets`; absent where there is nothing. */
  at(path: string): Value {
    const dot = path.indexOf('.');
    if (dot >= 0) return this.child(path.slice(0, dot)).at(path.slice(dot + 1));
    return this.child(path);
  }

  private child(key: string): Value {
    return new Value(
      this.scope,
      this.owner,
      this.path === '' ? key : `${this.path}.${key}`,
      this.childNode(key),
    );
  }

  private childNode(key: string): Node {
    const parent = this.resolved;
    if (parent instanceof Unknown) return new Unknown(parent.cause);
    if (Array.isArray(parent)) return parent[Number(key)];
    if (!isObject(parent)) return undefined;
    const adding = this.scope.hasIntrinsics ? addingFunction(parent) : undefined;
    if (Object.hasOwn(parent, key) && (adding === undefined || !key.startsWith('Fn::'))) return parent[key];
    return adding && new Unknown(`${adding} may add properties during deployment`, { mayBeAbsent: true });
  }

  /** The same place, with what AWS assumes when nothing is written there. */
  or(fallback: Scalar): Value {
    return new Value(this.scope, this.owner, this.path, this.node, fallback);
  }

  /** The literal, or undefined when it is absent, unknown or no scalar. */
  get literal(): Scalar | undefined {
    const value = this.resolved;
    return typeof value === 'object' ? undefined : value;
  }

  /** Whether something is there. An empty text, list or object counts as nothing. */
  isSet(): Test {
    const value = this.resolved;
    if (value instanceof Unknown) return this.answer(value.knowledge.nonEmpty === true || 'unknown');
    if (value === undefined || value === '') return this.answer(false);
    if (typeof value !== 'object') return this.answer(true);
    const children = Array.isArray(value)
      ? this.listItems()
      : Object.keys(value).map((key) => this.child(key));
    return this.answer(
      anyTruth(children, ({ resolved }) =>
        resolved instanceof Unknown && resolved.knowledge.mayBeAbsent ? 'unknown' : resolved !== undefined,
      ),
    );
  }

  /** Whether something is written there, be it empty. */
  isPresent(): Test {
    return this.answer(this.resolved instanceof Unknown ? 'unknown' : this.resolved !== undefined);
  }

  /**
   * The same place with a document that is written as JSON text read; any other text stays as it is. Pieces of the text
   * that are not known stay unknown within the document.
   */
  parsed(): Value {
    const document = documentOf(this.resolved);
    return document === undefined
      ? this
      : new Value(this.scope, this.owner, this.path, new Computed(this.node, document));
  }

  /** The value of one key, which may hold any characters. */
  member(key: string): Value {
    return this.child(key);
  }

  /** Whether the test holds for at least one key of an object. Absent: false. */
  hasKey(test: (key: string) => Test): Test {
    const value = this.resolved;
    if (value instanceof Unknown) return this.answer('unknown');
    const keys = isObject(value) ? Object.keys(value) : [];
    if (keys.length === 0) return this.answer(false);
    return any(
      ...keys.map((key) => {
        const child = this.child(key);
        const held = child.resolved;
        if (held === undefined) return child.answer(false);
        const mayBeAbsent = held instanceof Unknown && held.knowledge.mayBeAbsent === true;
        if (!mayBeAbsent) return test(key);
        // A function may add any key.
        return key.startsWith('Fn::') ? child.answer('unknown') : all(child.answer('unknown'), test(key));
      }),
    );
  }

  /** Judge each value of an object. Absent: passes. */
  eachMember(judge: (member: Value) => Outcome, because: string): Outcome {
    const value = this.resolved;
    if (value instanceof Unknown) return [{ status: 'indeterminate', at: this.evidence(), because }];
    if (!isObject(value)) return PASS;
    return Object.keys(value).flatMap((key) => judge(this.child(key)));
  }

  /** Whether it is the given value. Absent: false. */
  equals(expected: Scalar): Test {
    return this.answer(this.equality(expected));
  }

  /** Whether it is one of the given values. */
  oneOf(expected: readonly Scalar[]): Test {
    return this.answer(anyTruth(expected, (each) => this.equality(each)));
  }

  private equality(expected: Scalar): Truth {
    const value = this.resolved;
    if (!(value instanceof Unknown)) return sameScalar(value, expected);
    return typeof expected === 'string' ? equalsText(value, expected) : 'unknown';
  }

  /** Whether the text matches one of the patterns, in which `*` stands for any characters. Absent: false. */
  matches(...patterns: readonly string[]): Test {
    const value = this.resolved;
    if (typeof value === 'object' && !(value instanceof Unknown)) return this.answer(false);
    if (value === undefined) return this.answer(false);
    const source = value instanceof Unknown ? value : String(value);
    return this.answer(anyTruth(patterns, (pattern) => matchesPattern(source, pattern)));
  }

  /** Whether the literal satisfies a predicate, which gets undefined for an absent value. Lists and objects: false. */
  satisfies(predicate: (literal: Scalar | undefined) => boolean): Test {
    const value = this.resolved;
    if (value instanceof Unknown) return this.answer('unknown');
    return this.answer(typeof value === 'object' ? false : predicate(value));
  }

  /** Whether it is a number of at least the given size. Absent: false. */
  atLeast(minimum: number): Test {
    return this.satisfies((literal) => literal !== undefined && literal !== '' && Number(literal) >= minimum);
  }

  /** Whether it is a number of at most the given size. Absent: false. */
  atMost(maximum: number): Test {
    return this.satisfies((literal) => literal !== undefined && literal !== '' && Number(literal) <= maximum);
  }

  /** Whether a list has at least that many items. Absent: false. */
  hasAtLeast(count: number): Test {
    const value = this.resolved;
    if (value instanceof Unknown) return this.answer('unknown');
    const items = this.listItems();
    const known = items.filter(
      (item) => !(item.resolved instanceof Unknown) || item.resolved.knowledge.nonEmpty,
    );
    return this.answer(known.length >= count ? true : items.length >= count ? 'unknown' : false);
  }

  /** Whether the test holds for at least one item of a list. Absent: false. */
  some(test: (item: Value) => Test): Test {
    if (this.isUnknownList()) return this.answer('unknown');
    const items = this.listItems();
    return items.length === 0 ? this.answer(false) : any(...items.map(test));
  }

  /** Whether the test holds for every item of a list. Absent: true. */
  every(test: (item: Value) => Test): Test {
    if (this.isUnknownList()) return this.answer('unknown');
    const items = this.listItems();
    return items.length === 0 ? this.answer(true) : all(...items.map(test));
  }

  /**
   * Judge each item of a list. Absent: passes.
   *
   * @param because what to say when the list itself is not known.
   */
  each(judge: (item: Value) => Outcome, because = 'the items of the list decide'): Outcome {
    if (this.isUnknownList()) return [{ status: 'indeterminate', at: this.evidence(), because }];
    const value = this.resolved;
    const { explore } = this.scope;
    if (explore !== undefined && Array.isArray(value)) {
      return value.flatMap((_, index) =>
        explore(() => {
          const item = this.child(String(index));
          return item.resolved === undefined ? PASS : judge(item);
        }),
      );
    }
    const items = this.listItems();
    return items.length === 0 ? PASS : items.flatMap(judge);
  }

  /**
   * The value that a list of key and value pairs has for a key, e.g. of LoadBalancerAttributes; absent when it has none.
   *
   * @param key name of the property that holds the key.
   * @param value name of the property that holds the value.
   */
  lookup(name: string, key = 'Key', value = 'Value'): Value {
    const path = `${this.path}.${name}`;
    if (this.resolved instanceof Unknown)
      return new Value(this.scope, this.owner, path, new Unknown(this.resolved.cause));
    let possible: Value | undefined;
    for (const item of this.listItems()) {
      const { truth } = item.at(key).equals(name);
      if (truth === true) return item.at(value);
      if (truth === 'unknown') possible = item.at(key);
    }
    const cause = possible?.resolved;
    return new Value(
      this.scope,
      this.owner,
      path,
      cause instanceof Unknown ? new Unknown(cause.cause) : undefined,
    );
  }

  /** The text after the last occurrence of a separator, known also where only what precedes it is unknown. */
  afterLast(separator: string): Value {
    const value = this.resolved;
    const parts = value instanceof Unknown ? (value.knowledge.text ?? []) : [];
    const last = value instanceof Unknown ? parts[parts.length - 1] : value;
    if (typeof last !== 'string') return this;
    const index = last.lastIndexOf(separator);
    return index < 0
      ? this
      : new Value(this.scope, this.owner, this.path, last.slice(index + separator.length));
  }

  /** The literal text after the last piece that is not known; the whole text where all is known. */
  knownEnd(): string {
    const value = this.resolved;
    if (value instanceof Unknown) {
      const last = value.knowledge.text?.at(-1);
      return typeof last === 'string' ? last : '';
    }
    return typeof value === 'object' || value === undefined ? '' : String(value);
  }

  /** The literal text before the first piece that is not known; the whole text where all is known. */
  knownStart(): string {
    const value = this.resolved;
    const first = value instanceof Unknown ? value.knowledge.text?.[0] : value;
    return typeof first === 'string' || typeof first === 'number' ? String(first) : '';
  }

  /**
   * Whether a text has a form that a predicate tells, e.g. that of a credential, also by its literal pieces alone. Ids,
   * names, ARNs and addresses that AWS gives have none. Absent: false.
   */
  resembles(predicate: (text: string) => boolean): Test {
    const value = this.resolved;
    if (!(value instanceof Unknown))
      return this.answer(typeof value !== 'object' && value !== undefined && predicate(String(value)));
    const pieces = piecesOf(value);
    const withHoles = (filler: string): string =>
      pieces.map((piece) => (typeof piece === 'string' ? piece : filler)).join('');
    const areIdentifiers = pieces.every((piece) => typeof piece === 'string' || piece.knowledge.isIdentifier);
    // What holds with nothing and with anything in the place of what is unknown, the literal pieces bring about.
    const fillers = areIdentifiers ? ['', 'x'] : ['', 'x', 'x:x/x'];
    if (fillers.every((filler) => predicate(withHoles(filler)))) return this.answer(true);
    return this.answer(areIdentifiers && !predicate(withHoles('x')) ? false : 'unknown');
  }

  /** Whether somebody may have put a secret here: not in an ARN, an id of the stack, or nothing. Absent: true. */
  mayHoldSecret(): Test {
    const value = this.resolved;
    if (!(value instanceof Unknown)) return this.answer(value !== '' && !isArn(value));
    const { isUntried, isIdentifier, reference, text } = value.knowledge;
    if (isUntried) return this.answer('unknown');
    return this.answer(!(isIdentifier && reference !== undefined) && !isArn(text?.[0]));
  }

  /** Whether both are the same value, or the same reference. */
  sameAs(other: Value): Test {
    const [left, right] = [this.resolved, other.resolved];
    if (left instanceof Unknown || right instanceof Unknown) {
      if (JSON.stringify(this.node) === JSON.stringify(other.node)) return this.answer(true);
      const [one, two] = [left, right].map((each) =>
        each instanceof Unknown ? each.knowledge.reference : '',
      );
      // The same expression may be in branches of two conditions; another attribute may be the same thing.
      if (one !== undefined && one !== '' && one === two)
        return this.answer((left as Unknown).cause === (right as Unknown).cause || 'unknown');
      // References to different resources of the template, or a reference and a literal, are different things.
      return this.answer(one !== undefined && two !== undefined ? false : 'unknown');
    }
    return this.answer(left !== undefined && JSON.stringify(left) === JSON.stringify(right));
  }

  /** Whether it may be any list. A text with unknown pieces, and what AWS gives, is a list of one. */
  private isUnknownList(): boolean {
    const value = this.resolved;
    if (!(value instanceof Unknown)) return false;
    const { text, reference, isIdentifier } = value.knowledge;
    return text === undefined && !(reference !== undefined && isIdentifier === true);
  }

  /** The items of a list that are there; a scalar or object counts as a list of one, as CloudFormation reads it. */
  private listItems(): Value[] {
    const value = this.resolved;
    if (value === undefined || this.isUnknownList()) return [];
    if (!Array.isArray(value)) return [this];
    return value.map((_, index) => this.child(String(index))).filter((item) => item.resolved !== undefined);
  }

  /** The logical ids of the resources that the expression refers to in this world; `open` when there may be others. */
  references(): { readonly resources: ReadonlySet<string>; readonly open: boolean } {
    return this.scope.hasIntrinsics
      ? referencesOf(this.node, this.scope)
      : { resources: new Set(), open: false };
  }

  /** Whether it is the id or an attribute of the resource with that logical id; of a list, whether one item is. */
  refersTo(logicalId: string): Test {
    if (Array.isArray(this.resolved)) return this.some((item) => item.refersTo(logicalId));
    const { resources, open } = this.references();
    if (resources.has(logicalId)) {
      const value = this.resolved;
      if (value instanceof Unknown && value.knowledge.reference !== undefined) {
        return this.answer(value.knowledge.reference === logicalId);
      }
      return this.answer(value !== undefined);
    }
    return this.answer(open && this.resolved instanceof Unknown ? 'unknown' : false);
  }

  /** A test of this place whose truth was found out otherwise. */
  answer(truth: Test['truth']): Test {
    return new PlaceTest(truth, this);
  }

  /**
   * A test of this place that cannot be decided.
   *
   * @param cause what would have to be known, unless the value itself is not known.
   */
  undecided(cause: string): Test {
    const evidence = this.evidence();
    return { truth: 'unknown', evidence: [{ ...evidence, unknown: evidence.unknown ?? cause }] };
  }

  /** This place, as an answer's evidence. */
  evidence(): Evidence {
    const value = this.resolved;
    return {
      resource: this.owner,
      path: this.path,
      found: display(value, this.path.slice(this.path.lastIndexOf('.') + 1), this.isSecret(), this.node),
      unknown: value instanceof Unknown ? value.cause : undefined,
    };
  }

  private isSecret(): boolean {
    const node = this.node;
    return isObject(node) && typeof node['Ref'] === 'string' && this.scope.isSecret(node['Ref']);
  }
}

/** A function that stands among properties, and adds some: an include, or a loop. */
function addingFunction(parent: Readonly<Record<string, Node>>): string | undefined {
  const name = Object.keys(parent).find((key) => key.startsWith('Fn::'));
  return name === 'Fn::Transform' ? 'AWS::Include' : name;
}

function isArn(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('arn:');
}

/** Most answers are never shown, so that their evidence is worked out only on demand. */
class PlaceTest implements Test {
  constructor(
    readonly truth: Test['truth'],
    private readonly place: Value,
  ) {}

  get evidence(): readonly Evidence[] {
    return [this.place.evidence()];
  }
}

/** Encloses the number of an unknown piece of a text. */
const MARK = '\ue000';

/** The document that a text holds as JSON, with unknown pieces where the text has them; undefined for any other value. */
function documentOf(value: Resolved): Node {
  const pieces = value instanceof Unknown ? (value.knowledge.text ?? []) : [value];
  if (typeof pieces[0] !== 'string' || !pieces[0].trimStart().startsWith('{')) return undefined;
  const text = pieces.map((piece, index) => (typeof piece === 'string' ? piece : `${MARK}${index}${MARK}`));
  try {
    return JSON.parse(text.join(''), (_, part: unknown) => {
      if (typeof part !== 'string' || !part.includes(MARK)) return part;
      const parts = part.split(MARK).map((each, index) => (index % 2 === 0 ? each : pieces[Number(each)]));
      return concatenate(parts as TextPart[]);
    }) as Node;
  } catch {
    return undefined;
  }
}

/** Compare as the type of the expected value. */
function sameScalar(value: Resolved, expected: Scalar): boolean {
  if (value === undefined || typeof value === 'object') return false;
  if (typeof expected === 'boolean') return String(value).toLowerCase() === String(expected);
  if (typeof expected === 'number') return value !== '' && Number(value) === expected;
  return String(value) === expected;
}
