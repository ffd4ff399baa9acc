/** JSON Patch (RFC 6902), the language in which UpdateResource says what changes. */
import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../service';

/** One operation of a patch document. */
interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
  readonly from?: string;
}

/**
 * Apply a patch.
 *
 * @param model is not changed.
 * @param document JSON text: a list of operations.
 * @returns the patched copy.
 * @throws AwsError ValidationException naming the operation that cannot be carried out.
 */
export function applyPatch(model: unknown, document: string): any {
  let root = structuredClone(model);
  for (const operation of parse(document)) {
    const apply = Object.hasOwn(OPERATIONS, operation.op) ? OPERATIONS[operation.op] : undefined;
    if (!apply) throw refusal(operation, `op is none of ${Object.keys(OPERATIONS).join(', ')}`);
    root = apply(root, operation);
  }
  return root;
}

type Apply = (root: any, operation: PatchOperation) => any;

const OPERATIONS: Record<string, Apply> = {
  add(root, operation) {
    return insert(root, operation, operation.path, value(operation));
  },
  remove(root, operation) {
    const { parent, key } = locate(root, operation, operation.path);
    get(parent, key, operation);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
    return root;
  },
  replace(root, operation) {
    if (operation.path === '') return value(operation);
    const { parent, key } = locate(root, operation, operation.path);
    get(parent, key, operation);
    parent[key] = value(operation);
    return root;
  },
  test(root, operation) {
    if (!isDeepStrictEqual(find(root, operation, operation.path), value(operation))) {
      throw refusal(operation, 'the value is another one');
    }
    return root;
  },
  copy(root, operation) {
    return insert(root, operation, operation.path, structuredClone(find(root, operation, source(operation))));
  },
  move(root, operation) {
    const moved = find(root, operation, source(operation));
    const removed = OPERATIONS.remove!(root, { ...operation, path: source(operation) });
    return insert(removed, operation, operation.path, moved);
  },
};

function insert(root: any, operation: PatchOperation, path: string, inserted: unknown): any {
  if (path === '') return inserted;
  const { parent, key } = locate(root, operation, path);
  if (!Array.isArray(parent)) parent[key] = inserted;
  else {
    const index = key === '-' ? parent.length : Number(key);
    if (!Number.isInteger(index) || index < 0 || index > parent.length)
      throw refusal(operation, 'the index is out of range');
    parent.splice(index, 0, inserted);
  }
  return root;
}

function find(root: unknown, operation: PatchOperation, path: string): unknown {
  if (path === '') return root;
  const { parent, key } = locate(root, operation, path);
  return get(parent, key, operation);
}

/** The container of the value at a path, and its key there. */
function locate(root: any, operation: PatchOperation, path: string): { parent: any; key: string } {
  const steps = path.split('/').map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
  if (steps[0] !== '' || steps.length < 2) throw refusal(operation, 'a path begins with /');
  const parents = steps.slice(1, -1);
  const parent = parents.reduce((node, step) => get(node, step, operation), root);
  if (typeof parent !== 'object' || parent === null)
    throw refusal(operation, 'there is no such place in the model');
  return { parent, key: steps.at(-1)! };
}

function get(node: any, key: string, operation: PatchOperation): any {
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) {
    throw refusal(operation, 'there is no such value in the model');
  }
  return node[key];
}

function value(operation: PatchOperation): unknown {
  if (operation.value === undefined) throw refusal(operation, 'value is missing');
  return operation.value;
}

function source(operation: PatchOperation): string {
  if (typeof operation.from !== 'string') throw refusal(operation, 'from is missing');
  return operation.from;
}

function parse(document: string): PatchOperation[] {
  let operations: unknown;
  try {
    operations = JSON.parse(document);
  } catch {
    throw new AwsError('ValidationException', 'PatchDocument is not a JSON document.');
  }
  if (
    !Array.isArray(operations) ||
    operations.some((entry) => typeof entry?.op !== 'string' || typeof entry?.path !== 'string')
  ) {
    throw new AwsError(
      'ValidationException',
      'PatchDocument must be a list of operations, each with op and path.',
    );
  }
  return operations;
}

function refusal({ op, path }: PatchOperation, why: string): AwsError {
  return new AwsError('ValidationException', `Invalid patch: cannot ${op} ${path}: ${why}.`);
}
