/** Work on a graph: each node as soon as those before it are done, independent nodes at the same time. */

/**
 * Run `work` on every node, after it has succeeded on all that come before the node.
 *
 * @param before nodes that must be done first; those outside `nodes` do not count.
 * @param work answers whether it succeeded; it must not throw.
 * @param stopOnFailure start no further node after a failure. Otherwise only what depends on the failed node is left out.
 * @returns the nodes on which `work` failed.
 */
export async function walk<T>(
  nodes: Iterable<T>,
  before: (node: T) => Iterable<T>,
  work: (node: T) => Promise<boolean>,
  stopOnFailure: boolean,
): Promise<T[]> {
  const all = new Set(nodes);
  const visits = new Map<T, Promise<boolean>>();
  const failed: T[] = [];
  const visit = (node: T): Promise<boolean> => {
    let done = visits.get(node);
    if (!done) visits.set(node, (done = run(node)));
    return done;
  };
  const run = async (node: T): Promise<boolean> => {
    const earlier = [...before(node)].filter((other) => other !== node && all.has(other));
    const ready = (await Promise.all(earlier.map(visit))).every(Boolean);
    if (!ready || (stopOnFailure && failed.length > 0)) return false;
    const succeeded = await work(node);
    if (!succeeded) failed.push(node);
    return succeeded;
  };
  await Promise.all([...all].map(visit));
  return failed;
}
