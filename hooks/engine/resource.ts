import { referencesOf } from './resolve';
import type { ResourceDeclaration, Template } from './template';
import { all, any, type Test } from './truth';
import { Value } from './value';
import type { World } from './world';

/** A resource in one world. */
export class Resource {
  /** All its properties. */
  readonly properties: Value;

  constructor(
    world: World,
    readonly declaration: ResourceDeclaration,
  ) {
    this.properties = new Value(world, declaration.logicalId, '', declaration.properties);
  }

  get logicalId(): string {
    return this.declaration.logicalId;
  }

  get type(): string {
    return this.declaration.type;
  }

  /** The value at a property path, e.g. `NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp`. */
  at(path: string): Value {
    return this.properties.at(path);
  }

  /** A test of the resource as a whole. */
  answer(truth: Test['truth'], unknown?: string): Test {
    return {
      truth,
      evidence: [{ resource: this.logicalId, path: '', found: `of type ${this.type}`, unknown }],
    };
  }
}

/** The resources around the one that is judged, in one world. */
export class Stack {
  constructor(
    private readonly world: World,
    private readonly relations: Relations,
  ) {}

  /** Why there may be resources that cannot be seen, or undefined when all can be. */
  get hidden(): string | undefined {
    return this.world.template.hiddenResources;
  }

  /** The account that the stack is deployed to; undefined when nobody says which. */
  get account(): string | undefined {
    const account = this.world.parameter('AWS::AccountId');
    return typeof account === 'string' ? account : undefined;
  }

  /** The resources of a type that exist. */
  ofType(type: string): Resource[] {
    const declarations = this.world.template.byType.get(type) ?? [];
    return declarations.filter((each) => this.exists(each)).map((each) => new Resource(this.world, each));
  }

  /** The resource that a value refers to by Ref or Fn::GetAtt, if it is in the stack and exists. */
  referredBy(value: Value): Resource | undefined {
    for (const logicalId of value.references().resources) {
      const declaration = this.world.template.resources.get(logicalId);
      if (declaration && value.refersTo(logicalId).truth === true && this.exists(declaration)) {
        return new Resource(this.world, declaration);
      }
    }
    return undefined;
  }

  /**
   * The resources of a type whose property surely or possibly refers to the given resource.
   *
   * @param path property path in the referring resource; a list counts with all its items.
   */
  referring(resource: Resource, type: string, path: string): Resource[] {
    return this.relations
      .referring(resource.logicalId, type, path)
      .filter((each) => this.exists(each))
      .map((each) => new Resource(this.world, each));
  }

  /**
   * Whether a resource of the given type refers to a resource and satisfies a test. Unknown, rather than false, when
   * there may be resources that cannot be seen.
   */
  someReferring(resource: Resource, type: string, path: string, test?: (other: Resource) => Test): Test {
    const found = any(
      ...this.referring(resource, type, path).map((other) => {
        const refers = other.at(path).refersTo(resource.logicalId);
        return test === undefined || refers.truth === false ? refers : all(test(other), refers);
      }),
    );
    if (found.truth !== false) return found;
    return resource.answer(this.hidden === undefined ? false : 'unknown', this.hidden);
  }

  private exists(declaration: ResourceDeclaration): boolean {
    return this.world.exists(declaration.condition);
  }
}

interface Index {
  /** Resources whose property mentions the key. */
  readonly byTarget: Map<string, ResourceDeclaration[]>;
  /** Resources whose property holds something that could turn out to be any reference. */
  readonly open: ResourceDeclaration[];
}

/** Which resources refer to which, computed once per template, type and property. */
export class Relations {
  private readonly indexes = new Map<string, Index>();

  constructor(private readonly template: Template) {}

  /** The resources of a type whose property mentions a resource, in any branch, or may turn out to. */
  referring(logicalId: string, type: string, path: string): ResourceDeclaration[] {
    const key = `${type} ${path}`;
    let index = this.indexes.get(key);
    if (index === undefined) this.indexes.set(key, (index = this.newIndex(type, path)));
    const mentioned = index.byTarget.get(logicalId) ?? [];
    return index.open.length === 0 ? mentioned : [...new Set([...mentioned, ...index.open])];
  }

  private newIndex(type: string, path: string): Index {
    const byTarget = new Map<string, ResourceDeclaration[]>();
    const open: ResourceDeclaration[] = [];
    const scope = { hasResource: (logicalId: string) => this.template.resources.has(logicalId) };
    for (const declaration of this.template.byType.get(type) ?? []) {
      // The top-level property is enough: it holds everything below the path, in every branch.
      const properties = declaration.properties as Record<string, unknown>;
      const found = referencesOf(properties[path.split('.')[0]!], scope);
      for (const target of found.resources) {
        const mentioning = byTarget.get(target);
        if (mentioning === undefined) byTarget.set(target, [declaration]);
        else mentioning.push(declaration);
      }
      // A transform may add a reference.
      if (found.open || 'Fn::Transform' in properties) open.push(declaration);
    }
    return { byTarget, open };
  }
}
