/** References to container images, as container runtimes read them. Pure: no call to AWS. */
import { invalid } from '../../core/failure';

/** Longest reference that Amazon ECS takes (API reference of ContainerDefinition). */
const LONGEST_IMAGE = 255;

/** Grammar of references (OCI distribution, package reference). */
const HOST = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]+)?$/;
const REPOSITORY = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

const FORM = 'registry/repository:tag or registry/repository@sha256:digest';

/** What can be wrong with a reference; the first that applies is told. */
const FLAWS: readonly {
  readonly applies: (image: string, parts: Parts) => boolean;
  readonly problem: (image: string, parts: Parts) => string;
  readonly remedy: string;
}[] = [
  {
    applies: (image) => image.length > LONGEST_IMAGE,
    problem: ({ length }) => `has ${length} characters, but Amazon ECS takes ${LONGEST_IMAGE} at most`,
    remedy: 'Name the image by a shorter repository or tag',
  },
  {
    applies: (image) => /^[a-z][a-z0-9+.-]*:\/\//i.test(image),
    problem: (image) =>
      `begins with ${image.slice(0, image.indexOf('://') + 3)}, as addresses of web pages do`,
    remedy: `Leave that out: an image is named as ${FORM}`,
  },
  {
    applies: (image) => /\s/.test(image),
    problem: () => 'contains a blank',
    remedy: `Name the image as ${FORM}, without blanks`,
  },
  {
    applies: (_image, { digest }) => digest !== undefined && !DIGEST.test(digest),
    problem: (_image, { digest }) => `has the digest "${digest}", which is none`,
    remedy: 'Give sha256: and the 64 hexadecimal digits, in lower case, that the registry shows',
  },
  {
    applies: (_image, { tag }) => tag !== undefined && !TAG.test(tag),
    problem: (_image, { tag }) => `has the tag "${tag}", which is none`,
    remedy: 'Give a tag of at most 128 letters, digits, dots, hyphens and underscores',
  },
  {
    applies: (_image, { host }) => host !== undefined && !HOST.test(host),
    problem: (_image, { host }) => `names the registry "${host}", which is no host name`,
    remedy: `Name the image as ${FORM}`,
  },
  {
    applies: (_image, { repository }) =>
      /[A-Z]/.test(repository) && REPOSITORY.test(repository.toLowerCase()),
    problem: (_image, { repository }) => `names the repository "${repository}", with capital letters`,
    remedy: 'Write it in lower case: names of repositories have no capital letters',
  },
  {
    applies: (_image, { repository }) => !REPOSITORY.test(repository),
    problem: (_image, { repository }) => `names the repository "${repository}", which cannot be one`,
    remedy: `Name the image as ${FORM}; a repository has lower-case letters, digits, and single dots, hyphens and underscores between them`,
  },
];

interface Parts {
  /** Registry; undefined means Docker Hub. */
  readonly host?: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/**
 * Check that a text can be the reference of an image.
 *
 * @param path of the property, e.g. `PrimaryContainer/Image`.
 * @throws HandlerError InvalidRequest.
 */
export function checkImage(image: string, path: string): void {
  const parts = partsOf(image);
  const flaw = FLAWS.find(({ applies }) => applies(image, parts));
  if (flaw) throw invalid(path, flaw.problem(image, parts), flaw.remedy);
}

/** Registries of Amazon ECR, also by FIPS and dual-stack endpoints (Amazon ECR User Guide, "Private registry"). */
const PRIVATE_REGISTRY =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$/;

/** The private repository in Amazon ECR that an image is in; undefined when it is in another registry. */
export function repositoryOf(
  image: string,
): { readonly region: string; readonly accountId: string; readonly repository: string } | undefined {
  const { host = '', repository } = partsOf(image);
  const [, accountId, region] = PRIVATE_REGISTRY.exec(host) ?? [];
  return accountId && region ? { accountId, region, repository } : undefined;
}

function partsOf(image: string): Parts {
  const at = image.indexOf('@');
  const [named, digest] = at < 0 ? [image, undefined] : [image.slice(0, at), image.slice(at + 1)];
  const slash = named.indexOf('/');
  const first = named.slice(0, Math.max(slash, 0));
  // A first part that can be no repository is a registry, as container runtimes decide it.
  const isHost = /[.:A-Z]/.test(first) || first === 'localhost';
  const path = isHost ? named.slice(slash + 1) : named;
  const colon = path.indexOf(':');
  return {
    host: isHost ? first : undefined,
    repository: colon < 0 ? path : path.slice(0, colon),
    tag: colon < 0 ? undefined : path.slice(colon + 1),
    digest,
  };
}
