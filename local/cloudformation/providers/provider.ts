/** How the resources of a type are provisioned. */
import type { ResourceType } from '../../registry/resource-type';
import type { Structure } from '../../service';

/** One operation on one resource of a stack. */
export interface ProvisionRequest {
  readonly stack: {
    readonly id: string;
    readonly name: string;
    readonly region: string;
    readonly accountId: string;
  };
  readonly logicalId: string;
  readonly type: ResourceType;
  /** Desired properties with all functions resolved. For deletion and reading: those it was provisioned with. */
  readonly properties: Structure;
  readonly stackTags: Readonly<Record<string, string>>;
  /** The resource as it is; absent when it is created. */
  readonly current?: {
    readonly physicalId: string;
    readonly properties: Structure;
    readonly stackTags: Readonly<Record<string, string>>;
    readonly handle?: string;
  };
  /** For the rollback of an update: {@link Provisioned.handle} of the state that the resource is to have again. */
  readonly restores?: string;
  /** Attributes that the template reads. */
  readonly attributesRead: readonly string[];
  /** Aborted when the stack operation is given up. */
  readonly signal?: AbortSignal;
  /** To be told of the physical id as soon as there is one. */
  readonly onPhysicalId: (physicalId: string) => void;
  /** To be told what the operation waits for, as often as the provider likes. */
  readonly onWait: (reason: string) => void;
}

/** A request about a resource that exists. */
export type ExistingRequest = ProvisionRequest & {
  readonly current: NonNullable<ProvisionRequest['current']>;
};

export interface Provisioned {
  readonly physicalId: string;
  /** What `Fn::GetAtt` reads, nested as in the type's model. */
  readonly attributes: Structure;
  readonly handle?: string;
}

/** Provisions the resources of the types that it handles. Every method fails with {@link ProvisionFailure} only. */
export interface ResourceProvider {
  handles(type: ResourceType): boolean;
  /** Whether each update of a stack updates the resource, also when its properties stay the same. */
  readonly alwaysUpdates?: boolean;
  create(request: ProvisionRequest): Promise<Provisioned>;
  update(request: ExistingRequest): Promise<Provisioned>;
  /** A resource that does not exist any more counts as deleted. */
  delete(request: ExistingRequest): Promise<void>;
  /** Current attributes; undefined when the resource does not exist. */
  read(request: ExistingRequest): Promise<Structure | undefined>;
  /** How resources that exist are brought into a stack; absent when they cannot be. */
  readonly import?: ImportProvider;
}

/** Finds resources that exist. Every method fails with {@link ProvisionFailure} only. */
export interface ImportProvider {
  supports(type: ResourceType): boolean;
  /** The resource of the request's physical id; undefined when there is none. */
  look(request: ExistingRequest): Promise<Provisioned | undefined>;
  /** Physical ids of all resources of the type; absent when nobody can list them. */
  list?(request: ProvisionRequest): Promise<string[]>;
}

/** What is known of a failure beside its reason. */
export interface FailureDetails {
  /** Handler error code of the extension protocol, e.g. `NotFound`, `NotUpdatable`. */
  readonly code?: string;
  /** The operation was refused before anything was done, so that a rollback has nothing to undo. */
  readonly untouched?: boolean;
  /** Set when something exists that a rollback has to delete. */
  readonly physicalId?: string;
  readonly handle?: string;
}

/** Why a resource could not be provisioned. */
export class ProvisionFailure extends Error {
  readonly code?: string;
  readonly untouched: boolean;
  readonly physicalId?: string;
  readonly handle?: string;

  /** @param message reason for the stack event. */
  constructor(message: string, details: FailureDetails = {}) {
    super(message);
    this.name = 'ProvisionFailure';
    this.code = details.code;
    this.untouched = details.untouched ?? false;
    this.physicalId = details.physicalId;
    this.handle = details.handle;
  }
}
