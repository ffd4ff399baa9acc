/** `npm run fuzz [-- RUNS [SEED]]`: mutated templates against their resolutions; 20,000 runs, a new seed each time. */
import { fuzz } from './fuzz';

async function main(): Promise<number> {
  const [runs = 20_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);
  if (!Number.isInteger(runs) || !Number.isInteger(seed) || runs < 1) {
    process.stderr.write('Usage: npm run fuzz [-- RUNS [SEED]], both whole numbers.\n');
    return 2;
  }
  console.log(`fuzz: ${runs} templates, seed ${seed}`);
  const start = performance.now();
  try {
    await fuzz(runs, seed);
  } catch (error) {
    console.log((error as Error).message);
    console.log(`fuzz: failed with seed ${seed}`);
    return 1;
  }
  console.log(`fuzz: ${runs} templates passed in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return 0;
}

void main().then((code) => (process.exitCode = code));
