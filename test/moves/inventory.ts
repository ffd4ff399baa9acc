/** What the tests of moves have in common: a look at what there is. */
import type { Driver } from '../support/driver';

/** Parts of identifiers that are drawn at random or counted, so that two runs differ in them. */
const DRAWN: readonly RegExp[] = [
  /(?<=[/-])[0-9a-f]{16,32}\b/g,
  /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
  /(?<=SecurityGroup )sg-\w+/g,
  /(?<=task-definition\/default-hello:)\d+/g,
  /_[0-9a-f]{32}(?=\.)/g,
];

/** Everything in the account, with what differs from run to run made equal. */
export async function inventoryOf(driver: Driver): Promise<string[]> {
  const lines = (await driver.inventory()).map((line) =>
    DRAWN.reduce((text, drawn) => text.replace(drawn, '*'), line),
  );
  // Revisions of a task definition stay until its service goes.
  return lines
    .filter((line, index) => !line.includes('TaskDefinition') || lines.indexOf(line) === index)
    .sort();
}
