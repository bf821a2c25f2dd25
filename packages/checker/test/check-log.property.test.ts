import test from 'ava';
import fc from 'fast-check';
import {
  appendLogModel,
  checkLinearizable,
  checkLog,
  describeAnomaly,
  describeLinearizable,
} from '../src/index.ts';
import { corruptions, disturb } from './queue-corruption.ts';
import { choices, simulateQueue, withFinalReads, type SimulatedQueue } from './queue-simulation.ts';

const SEED = 20_261_121;

/** The two verdicts, which must agree. */
function verdicts(queue: SimulatedQueue): {
  readonly log: boolean;
  readonly model: boolean;
  readonly text: string;
} {
  const log = checkLog(queue.records, queue.finalLogs);
  const model = checkLinearizable(appendLogModel, withFinalReads(queue));
  if (model.type === 'unknown') throw new Error(describeLinearizable(model));
  const text = [...log.anomalies.map(describeAnomaly), describeLinearizable(model)].join('\n');
  return { log: log.valid, model: model.type === 'linearizable', text };
}

test('what a correct queue does is accepted by both checkers', (t) => {
  t.log(`seed ${SEED}`);
  let overlapping = 0;
  fc.assert(
    fc.property(choices, (numbers) => {
      const queue = simulateQueue(numbers);
      const { log, model, text } = verdicts(queue);
      if (!log || !model) throw new Error(text);
      overlapping += checkLog(queue.records, queue.finalLogs).queues[0]?.overlapping ?? 0;
    }),
    { seed: SEED, numRuns: 1000 },
  );
  t.true(overlapping > 1000);
});

for (const [name, corrupt] of Object.entries(corruptions)) {
  test(`rejected by both checkers: ${name}`, (t) => {
    t.log(`seed ${SEED}`);
    let corrupted = 0;
    fc.assert(
      fc.property(choices, fc.nat(1000), (numbers, pick) => {
        const queue = corrupt(simulateQueue(numbers), pick);
        if (queue === null) return;
        corrupted += 1;
        const { log, model, text } = verdicts(queue);
        if (log || model) throw new Error(`log checker: ${log}, model: ${model}\n${text}`);
      }),
      { seed: SEED, numRuns: 300 },
    );
    t.true(corrupted > 100, `${corrupted} histories were corrupted`);
  });
}

const disturbances = fc.noBias(fc.array(fc.nat(9_999), { minLength: 1, maxLength: 60, size: 'max' }));

test('both checkers agree on histories that may be right or wrong', (t) => {
  t.log(`seed ${SEED}`);
  let right = 0;
  let wrong = 0;
  fc.assert(
    fc.property(choices, disturbances, (numbers, picks) => {
      const queue = disturb(simulateQueue(numbers), picks);
      const { log, model, text } = verdicts(queue);
      if (log !== model) throw new Error(`log checker: ${log}, model: ${model}\n${text}`);
      if (log) right += 1;
      else wrong += 1;
    }),
    { seed: SEED, numRuns: 5000 },
  );
  t.log(`${right} right, ${wrong} wrong`);
  t.true(Math.min(right, wrong) > 1000);
});
