/** References to secrets: those that Amazon ECS reads when a task starts, and those that CloudFormation resolves. Pure: no call to AWS. */
import { invalid } from '../../core/failure';

/** Form of the ARN of a secret, with what may follow it. */
const SECRET_FORM =
  'arn:aws:secretsmanager:region:account:secret:name, for one value in it arn:aws:secretsmanager:region:account:secret:name:json-key:version-stage:version-id';
const PARAMETER_FORM = 'arn:aws:ssm:region:account:parameter/name';

/** Members of an ARN before the resource. */
const ARN = /^arn:aws[a-z-]*:([a-z0-9-]*):([a-z0-9-]*):([0-9]*):(.*)$/s;

/** Names of parameters, perhaps with a version or a label (API reference of GetParameters). */
const PARAMETER_NAME = /^[A-Za-z0-9_.\/-]+(:[A-Za-z0-9_.-]+)?$/;

/**
 * What is wrong with what follows the account in an ARN, by the service that it names, and the form that is right. A
 * secret may be named without its random suffix, which Secrets Manager finds too.
 *
 * Source: Amazon ECS developer guide, "Pass Secrets Manager secrets through Amazon ECS environment variables" and "Pass
 * Systems Manager parameters through Amazon ECS environment variables".
 */
const RESOURCES: Readonly<Record<string, (resource: string) => readonly [string, string] | undefined>> = {
  secretsmanager(resource) {
    const [kind, name, ...selector] = resource.split(':');
    if (kind !== 'secret' || !name) return ['is no ARN of a secret', `Give ${SECRET_FORM}`];
    // The selector has all three parts, or is not there.
    if (selector.length === 0 || selector.length === 3) return undefined;
    return [
      `has ${selector.length} of the three parts that may follow the name of the secret`,
      `Give all three, empty where they do not matter: ${SECRET_FORM}. For a JSON key alone, end with :json-key::`,
    ];
  },
  ssm(resource) {
    return /^parameter\/.+$/s.test(resource) && PARAMETER_NAME.test(resource)
      ? undefined
      : ['is no ARN of a parameter', `Give ${PARAMETER_FORM}`];
  },
};

/**
 * Check a reference to a secret or parameter. What it says is not told in the error.
 *
 * @param path of the property, e.g. `PrimaryContainer/Secrets/0/ValueFrom`.
 * @throws HandlerError InvalidRequest.
 */
export function checkSecretReference(valueFrom: string, path: string): void {
  if (!valueFrom.startsWith('arn:')) {
    if (PARAMETER_NAME.test(valueFrom)) return;
    throw invalid(
      path,
      'is neither an ARN nor the name of a parameter',
      `Give ${SECRET_FORM}; or ${PARAMETER_FORM}, or the name of a parameter in this Region`,
    );
  }
  const [, service = '', region, account, resource = ''] = ARN.exec(valueFrom) ?? [];
  const check = RESOURCES[service];
  if (!check || !region || !account) {
    throw invalid(path, 'is no ARN of a secret or a parameter', `Give ${SECRET_FORM}; or ${PARAMETER_FORM}`);
  }
  const flaw = check(resource);
  if (flaw) throw invalid(path, ...flaw);
}

/**
 * Check the ARN of the secret that holds the credentials of a registry: ECS reads the whole of it.
 *
 * @throws HandlerError InvalidRequest.
 */
export function checkCredentialsSecret(arn: string, path: string): void {
  const [, service, region, account, resource = ''] = ARN.exec(arn) ?? [];
  if (service === 'secretsmanager' && region && account && /^secret:[^:]+$/.test(resource)) return;
  throw invalid(path, 'is no ARN of a secret', 'Give arn:aws:secretsmanager:region:account:secret:name');
}

/**
 * Refuse a dynamic reference that is still one: CloudFormation resolves it before anybody is called.
 *
 * @throws HandlerError InvalidRequest.
 */
export function checkResolved(secret: string, path: string): void {
  if (!secret.startsWith('{{resolve:')) return;
  throw invalid(
    path,
    'is a dynamic reference that nobody has resolved, as Cloud Control resolves none',
    'Use a template of CloudFormation',
  );
}
