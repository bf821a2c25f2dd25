import test from 'ava';
import fc from 'fast-check';
import { drawFaultPlan, faultWeights } from '../../src/faults/fault-plan.ts';
import { FaultDrawing } from '../../src/faults/fault-drawing.ts';
import type { Fault, FaultKind } from '../../src/faults/fault.ts';
import { drawParameters } from '../../src/parameters.ts';
import { rareStories } from '../../src/rare-stories.ts';
import { SeededRandom } from '../../src/world/seeded-random.ts';

const VIRTUAL_MS = 120_000;

function plan(seed: number): ReturnType<typeof drawFaultPlan> {
  const random = new SeededRandom(seed);
  return drawFaultPlan(random.stream('faults'), drawParameters(random.stream('parameters')), VIRTUAL_MS);
}

test('a seed gives the same plan again', (t) => {
  t.deepEqual(plan(7), plan(7));
  t.notDeepEqual(plan(7), plan(8));
});

test('plans are in order, and everything in them ends within the run', (t) => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      let before = 0;
      for (const { atMs, fault } of plan(seed)) {
        if (atMs < before || atMs + lastingMs(fault) > VIRTUAL_MS) return false;
        before = atMs;
      }
      return true;
    }),
    { numRuns: 100 },
  );
  t.pass();
});

test('two minutes have at least twenty faults on average, and never few', (t) => {
  const counts = Array.from({ length: 100 }, (_, seed) => plan(seed).length);
  t.true(counts.reduce((sum, count) => sum + count, 0) / counts.length >= 20);
  t.true(Math.min(...counts) >= 20);
});

test('over a hundred seeds every kind comes that the plan knows, and each seed leaves some out', (t) => {
  const all = new Set<FaultKind>();
  let most = 0;
  for (let seed = 0; seed < 100; seed += 1) {
    const kinds = new Set(plan(seed).map(({ fault }) => fault.kind));
    for (const kind of kinds) all.add(kind);
    most = Math.max(most, kinds.size);
  }
  const possible = (Object.keys(faultWeights) as FaultKind[]).filter((kind) => faultWeights[kind] > 0);
  t.deepEqual([...all].sort(), possible.sort());
  t.true(most < possible.length);
});

test('a rare story comes on top of what a seed has anyway', (t) => {
  const told = new Set<string>();
  for (let seed = 0; seed < 100; seed += 1) {
    const random = new SeededRandom(seed);
    const parameters = drawParameters(random.stream('parameters'));
    if (parameters.rareStory === null) continue;
    told.add(parameters.rareStory);
    const faults = random.stream('faults');
    const without = drawFaultPlan(faults, { ...parameters, rareStory: null }, VIRTUAL_MS);
    const plain = without.map((step) => JSON.stringify(step));
    const all = drawFaultPlan(random.stream('faults'), parameters, VIRTUAL_MS).map((step) =>
      JSON.stringify(step),
    );
    t.true(all.length > plain.length);
    t.true(plain.every((step) => all.includes(step)));
  }
  t.deepEqual([...told].sort(), [...rareStories].sort());
});

test('every kind can be drawn', (t) => {
  const drawing = new FaultDrawing(new SeededRandom(1), 2, 3, VIRTUAL_MS);
  for (const kind of Object.keys(faultWeights) as FaultKind[]) t.is(drawing.draw(kind).kind, kind);
});

function lastingMs(fault: Fault): number {
  if ('forMs' in fault) return fault.forMs;
  return 'downMs' in fault ? (fault.downMs ?? 0) : 0;
}
