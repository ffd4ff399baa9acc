import { takeInventory } from '../../local/inventory';
import { Driver } from './driver';

let driver: Driver;
beforeAll(async () => {
  driver = await Driver.start();
});
afterAll(() => driver.close());

test('create, read, delete', async () => {
  const before = await takeInventory(driver.aws.clientOptions() as never);
  const outcome = await driver.create(driver.model());
  console.log(JSON.stringify(outcome, null, 1), driver.invocations, driver.aws.calls.list().filter(c=>c.caller).map(c=>`${c.caller!.invocationId.slice(0,4)} ${c.service}:${c.operation} ${c.errorCode??''}`).join('\n'));
  const model = Driver.modelOf(outcome);
  const read = await driver.read(model.ServiceArn);
  console.log(JSON.stringify(read, null, 1));
  driver.aws.calls.clear();
  console.log(JSON.stringify(await driver.delete(model.ServiceArn)), driver.invocations, driver.aws.calls.list().filter(c=>c.caller).map(c=>`${c.caller!.invocationId.slice(0,4)} ${c.service}:${c.operation} ${c.errorCode??''}`).join('\n'));
  console.log(await takeInventory(driver.aws.clientOptions() as never), before);
});
