import type { Clients } from '../../aws/clients';
import type { Session } from '../../aws/session';
import type { EcsService, Identity, LoadBalancerIdentity } from '../identity/identity';
import type { Network } from '../network/network';
import type { Part, PartScope } from './part';
import type { Reference, Resolvable, Resource, ResourceProperties } from '../../core/graph';
import type { OperationTime, Outcome } from '../../core/outcome';
import type { Exposure } from '../exposures';
import type { Exposures } from '../memory/recorded-exposures';
import type { RecordedVersion } from '../memory/service-versions';
import type { ServiceSpec } from '../specification';

/**
 * What a node comes to: what the specification says, what was found, or nothing that is used, after which it is removed; where
 * nothing takes its place it is removed as it is.
 */
export type Goal = 'as specified' | 'as found' | 'out of use' | 'removed';

/** What was observed of each node (node.ts), by its id; absent ones are left out. */
export type Observations = Readonly<Record<string, unknown>>;

/** What every step may use: the service that is meant, and AWS with the caller's credentials. */
export interface Scope {
  readonly identity: Identity;
  /** The ECS service that is meant, of those behind the name. */
  readonly ecsService: EcsService;
  /**
   * The ECS service that ran what the template said before, where it is not {@link ecsService}: what people have changed of it is
   * taken over.
   */
  readonly formerEcsService?: EcsService;
  /** The versions of the service, the one that the template describes first. Undefined when it is one ECS service. */
  readonly versions?: readonly RecordedVersion[];
  readonly clients: Clients;
  /** What this invocation has seen and done so far. */
  readonly session: Session;
  /** Report progress to the operator's log, in one line. */
  readonly log: (message: string) => void;
  /** How long the operation has been going on, and what it waits for. */
  readonly time: OperationTime;
  /** Whether the service is to be removed: what its removal does not need is not looked at. */
  readonly isRemoval?: true;
  /** The desired state; absent when the service is read or deleted, where only its identity is known. */
  readonly spec?: ServiceSpec;
  /**
   * The desired state before this update; undefined when nothing is known of it. Where it says the same as {@link spec}
   * what there is stays, because somebody may have set it by hand (see three-way.ts).
   */
  readonly previousSpec?: ServiceSpec;
  /** The exposure that is meant; undefined when the service has none, and nothing is to be made. */
  readonly exposure?: Exposure;
  /** All exposures of the service; undefined like {@link exposure}. */
  readonly exposures?: Exposures;
  /** The scopes of its additional load balancers. */
  readonly additional?: readonly AdditionalScope[];
  /** Minutes that a deployment waits after each move of requests, whichever load balancer asks for them. Default: none. */
  readonly minutesPerShift?: number;
}

/** The scope of an additional load balancer: its identity, its exposures, and what is desired of it. */
export interface AdditionalScope extends Scope {
  readonly identity: LoadBalancerIdentity;
  readonly exposures: Exposures;
  /** Path of its item in the template; undefined when the template has none. */
  readonly path?: string;
}

/** A scope in which the desired state is known. */
export interface ApplyScope extends Scope {
  readonly spec: ServiceSpec;
  /** Where the service runs; looked up in AWS at most once for each invocation. */
  readonly network: () => Promise<Network>;
  /** The same for all invocations of one operation, another one for every other: what idempotency tokens are made from. */
  readonly operationToken: string;
  /** Keys of the tags that the author has taken away in this update. */
  readonly removedTagKeys: readonly string[];
}

/** What the desired state of a component is planned from. Plain data. */
export interface PlanScope {
  readonly identity: Identity;
  /** See {@link Scope.ecsService}. */
  readonly ecsService: EcsService;
  /** See {@link Scope.versions}. */
  readonly versions?: readonly RecordedVersion[];
  readonly spec: ServiceSpec;
  /** See {@link Scope.previousSpec}. */
  readonly previousSpec?: ServiceSpec;
  readonly network: Network;
  /** The exposure that is meant. */
  readonly exposure: Exposure;
  readonly exposures: Exposures;
  /** What is planned of the additional load balancers that the service is to have. */
  readonly additional: readonly AdditionalPlan[];
  /** Refers to an attribute of a resource of a component that is needed. */
  readonly refer: Refer;
  /** Whether a kind that is needed is there in the exposure that is meant: not every exposure has all of them. */
  readonly has: (kind: string) => boolean;
}

/** What an additional load balancer is planned from. */
export type AdditionalPlan = Pick<PlanScope, 'spec' | 'previousSpec' | 'network' | 'exposures'> &
  Pick<AdditionalScope, 'identity'>;

/**
 * Refers to an attribute of a resource.
 *
 * @param kind of a component that is needed.
 * @param attribute as `Fn::GetAtt` names it, or `Ref`.
 * @param options `name` of the resource where the component makes several; `isJoining` when that of the exposure is meant
 *   which the service joins; `loadBalancer` when that of an additional load balancer is meant; `version` when that of another
 *   version is meant than the one that the template describes.
 */
export type Refer = (kind: string, attribute: string, options?: ReferOptions) => Reference;

/** See {@link Refer}. */
export interface ReferOptions {
  readonly name?: string;
  readonly isJoining?: boolean;
  readonly loadBalancer?: string;
  readonly version?: string;
}

/** A resource as a component wants it. */
export type ComponentResource<Properties extends object> = Omit<Resource<Resolvable<Properties>>, 'id'> & {
  /** What tells it from others of the same component. */
  readonly name?: string;
};

/** A scope in which the desired state of one component is known. */
export interface DesiredScope<Properties extends object> extends ApplyScope {
  /** See {@link Component.desired}, by the names of the resources, references resolved. */
  readonly desired: DesiredResources<Properties>;
}

/** Properties of the resources of one component, by their names; the only one has the empty name. */
export type DesiredResources<Properties extends object> = Readonly<Record<string, Properties>>;

/** AWS actions (`service:Action`, as in an IAM policy) that a component calls. */
export interface Permissions {
  /** To look at it when only its identity is known, as READ does. */
  readonly observe: readonly string[];
  /** To look at it when the specification is known, make, change and prune it. */
  readonly apply: readonly string[];
  /** To look at it before it is removed. Default: as {@link observe}. */
  readonly observeForRemoval?: readonly string[];
  /** To remove it once it has been looked at. */
  readonly remove: readonly string[];
}

/**
 * One kind of resource that a service is composed of.
 *
 * @typeParam Observed what AWS holds of it, as far as this provider cares.
 * @typeParam Needs the components that must be there first, by kind, with what is observed of them.
 * @typeParam Properties of its resources, in CloudFormation's names.
 * @typeParam Token what it keeps between two looks at what it waits for: plain JSON; `never` when it keeps nothing.
 */
export interface Component<
  Observed,
  Needs extends object = object,
  Properties extends object = object,
  Token = never,
> {
  /** Name of the kind, e.g. `LoadBalancer`. */
  readonly kind: string;
  /** Kinds that must be there first, as far as its exposure has them. Removal goes the other way round. */
  readonly needs: readonly (keyof Needs & string)[];
  /** Kinds that must be gone before it is removed, beside those that need it. */
  readonly removedAfter?: readonly string[];
  /** Whether services share it: that it is there does not mean that this service is. Default: they do not. */
  readonly shared?: boolean;
  /**
   * What there is one of it for. A service which moves has it twice: a load balancer (or the author's listener), or an
   * exposure, of which there can be two on one load balancer. Default: the service. Of what names something here a service
   * has one more for each additional load balancer.
   */
  readonly per?: 'additional load balancer' | 'load balancer' | 'exposure';
  /**
   * A service with versions has one for each of them. Those of the versions that the template does not describe stay as they
   * are found, or follow what the template says of all of them.
   */
  readonly perVersion?: Extract<Goal, 'as found' | 'as specified'>;
  /**
   * Whether a version is there, as what was observed of this shows. Of one that is not, because it was never made or is being
   * removed, nothing is made and nothing changed. There is one component that says so.
   */
  isVersionThere?(observed: Observed): boolean;
  /** Of a version that the template does not describe it comes after this kind, which there is one of. */
  readonly ofVersionsAfter?: string;
  /** It needs what it names in {@link needs} of every version, and may refer to all of it. */
  readonly acrossVersions?: true;
  /**
   * While the service joins another exposure, the one that serves keeps it as it is: neither {@link apply} nor
   * {@link prune} is called. What clients see changes only when they are sent to the other exposure.
   */
  readonly staysWhileJoining?: true;
  /** {@link prune} is called also while the service joins another exposure, before clients are sent there. */
  readonly prunesWhileJoining?: true;
  /**
   * It needs what it names in {@link needs} in every exposure, not only in the one that serves, and of every additional load
   * balancer, and may refer to all of it.
   */
  readonly acrossExposures?: true;
  readonly permissions: Permissions;
  /**
   * Kind of the component that it goes with: AWS removes it with that one, so that a removal of the service neither looks
   * at it nor touches it.
   */
  readonly goesWith?: keyof Needs & string;
  /**
   * Look at it in every invocation, because what is observed changes by itself or may not be kept between invocations
   * (values of environment variables). What is observed of all others is plain JSON, and is kept while something else
   * is waited for.
   */
  readonly volatile?: true;
  /** Whether what is observed may not be kept between invocations, though it does not change by itself. */
  isSecret?(observed: Observed): boolean;
  /** It is kept all the same while the service is removed: what is observed for that is nothing but that it is there. */
  readonly keptForRemoval?: true;

  /**
   * Its resources as they are to be: what the specification says, and what was changed by hand where it says the same as
   * before. Pure. Default: it makes none.
   *
   * @param found what was observed of the components it needs; what refers to them is a reference.
   * @param current what {@link observe} returned.
   */
  desired?(
    plan: PlanScope,
    found: Partial<Needs>,
    current: Observed | undefined,
  ): readonly ComponentResource<Properties>[];
  /** Kind of the component whose resources it sees to some properties of; {@link desired} has those properties alone. */
  readonly partOf?: keyof Needs & string;
  /**
   * Its resources as READ tells of them: those that were observed, and those that should be there and were not. Default:
   * none, because what it sees to is a setting of another one.
   *
   * @param found what was observed of all components, by kind: what is needed may be told by one that needs it.
   */
  parts?(scope: PartScope, observed: Observed | undefined, found: Observations): readonly Part[];
  /** Attributes of its resources, by their names, to which others may refer. */
  attributes?(observed: Observed): Readonly<Record<string, ResourceProperties>>;

  /**
   * Look for it in AWS, by name and owner tag; changes nothing.
   *
   * @param found what was observed of the components it needs; a component that is absent is undefined.
   * @returns undefined when it is absent.
   * @throws HandlerError ResourceConflict when something that is not this service's stands in its place.
   */
  observe(scope: Scope, found: Partial<Needs>): Promise<Observed | undefined>;

  /**
   * Make it, or change it to what the specification says; does nothing when it is so already. Interrupted at any
   * point and started again, it ends in the same state.
   *
   * @param current what {@link observe} returned a moment ago.
   * @throws HandlerError when it cannot be made.
   */
  apply(
    scope: DesiredScope<Properties>,
    needs: Needs,
    current: Observed | undefined,
  ): Promise<Outcome<Observed, Token>>;

  /**
   * Take it out of use in an exposure that the service leaves: called instead of {@link apply}, before a deployment
   * takes the tasks out of that exposure. Default: nothing is done before it is removed.
   *
   * @param found what is observed of the components it needs, and of {@link leavesAfter}.
   */
  leave?(scope: Scope, found: Partial<Needs>, current: Observed): Promise<Outcome<Observed, Token>>;
  /** Kinds that must be as the specification says, in the exposure that serves, before {@link leave}. */
  readonly leavesAfter?: readonly string[];

  /**
   * A cheap look at what {@link apply} waits for. It only reads.
   *
   * @param token of the {@link Wait} that apply or remove returned.
   * @returns done with what is there now, when that is known and needs no further {@link apply}.
   *   After {@link remove}, done means that it is removed.
   * @throws HandlerError when what is waited for has failed.
   */
  poll?(scope: Scope, token: Token): Promise<Outcome<Observed | void, Token>>;

  /**
   * Takes the place of {@link poll} where a look alone does not help: AWS tells only who tries again, or something has to
   * be done although no other component may go on. It may write.
   */
  proceed?(scope: Scope, token: Token): Promise<Outcome<Observed | void, Token>>;

  /**
   * Remove what an earlier specification needed and the present one does not. Called when all components are as the
   * specification says, so that nothing uses it any more.
   */
  prune?(scope: DesiredScope<Properties>, needs: Needs, current: Observed): Promise<Outcome<void, Token>>;

  /**
   * Remove it if it belongs to this service alone; a shared one only when no other service uses it. Something that
   * is gone already counts as removed. Default: nothing is to be done.
   *
   * @param current what {@link observe} returned a moment ago.
   */
  remove?(scope: Scope, found: Partial<Needs>, current: Observed): Promise<Outcome<void, Token>>;
}

/** The components of a service in an exposure, each after those it needs; of one that has none, those it is usual to have. */
export type ComponentsIn = (exposure: Exposure | undefined) => readonly AnyComponent[];

/** A component of any kind, as the reconciler holds it. */
export type AnyComponent = Component<unknown, Record<string, unknown>, object, unknown>;
