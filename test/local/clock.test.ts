import { Clock } from '../../local/clock';

/** Let everything that is ready run, without waiting for real time. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a manual clock', () => {
  test('stands still until it is advanced', async () => {
    const clock = new Clock('manual', 1_000);
    const fired: number[] = [];
    clock.schedule(50, () => fired.push(clock.now()));
    await settle();
    expect([clock.now(), fired]).toEqual([1_000, []]);
    await clock.advance(49);
    expect(fired).toEqual([]);
    await clock.advance(1);
    expect([clock.now(), fired]).toEqual([1_050, [1_050]]);
  });

  test('runs what falls due in order, each at its own time, including what is scheduled on the way', async () => {
    const clock = new Clock('manual', 0);
    const fired: string[] = [];
    clock.schedule(20, () => fired.push(`b ${clock.now()}`));
    clock.schedule(10, () => {
      fired.push(`a ${clock.now()}`);
      clock.schedule(5, () => fired.push(`c ${clock.now()}`));
    });
    clock.schedule(20, () => fired.push(`d ${clock.now()}`));
    await clock.advance(100);
    expect(fired).toEqual(['a 10', 'c 15', 'b 20', 'd 20']);
    expect(clock.now()).toBe(100);
  });

  test('what is cancelled does not run', async () => {
    const clock = new Clock('manual', 0);
    const fired: string[] = [];
    clock.schedule(10, () => fired.push('kept'));
    clock.schedule(10, () => fired.push('cancelled'))();
    await clock.advance(10);
    expect(fired).toEqual(['kept']);
  });
});

describe('a jumping clock', () => {
  test('jumps to what is due next as soon as nothing is at work', async () => {
    const clock = new Clock('jump', 0);
    await clock.sleep(3_600_000);
    expect(clock.now()).toBe(3_600_000);
  });

  test('stands still during work', async () => {
    const clock = new Clock('jump', 0);
    let woken = false;
    const sleeping = clock.sleep(1_000).then(() => (woken = true));
    await clock.work(async () => {
      await settle();
      await settle();
      expect([clock.now(), woken]).toEqual([0, false]);
    });
    await sleeping;
    expect(clock.now()).toBe(1_000);
  });
});

test('a clock with a rate passes that many virtual seconds in each real one', async () => {
  const clock = new Clock({ rate: 1_000 }, 0);
  const began = performance.now();
  await clock.sleep(60_000);
  const real = performance.now() - began;
  expect(clock.now()).toBeGreaterThanOrEqual(60_000);
  expect(real).toBeGreaterThanOrEqual(55);
});
