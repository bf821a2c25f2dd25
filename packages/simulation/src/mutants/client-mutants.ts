import type { Mutant } from './mutant.ts';

/** Bugs of the client that only show when masters change. */
export const clientMutants: readonly Mutant[] = [
  {
    name: 'lost-answer-told-as-not-stored',
    breaks: 'a send whose answer got lost is reported as certainly not stored',
    module: 'packages/client/dist/src/shipment.js',
    find: "const outcome = this.#maybeStored ? 'unknown' : refused ? 'rejected' : 'unavailable';",
    replace: "const outcome = refused ? 'rejected' : 'unavailable';",
    expectedCheckers: ['aborted-read'],
  },
  {
    name: 'new-id-for-each-attempt',
    breaks: 'a repeated send carries another UNIQ_KEY than the first attempt',
    module: 'packages/client/dist/src/send-frame.js',
    find: 'const { topic, sysFlag, bornTimestamp, flag, properties } = message;',
    replace:
      "const { topic, sysFlag, bornTimestamp, flag } = message; message.attempts = (message.attempts ?? -1) + 1; const properties = message.attempts === 0 ? message.properties : message.properties.replace(message.uniqKey, message.uniqKey.slice(0, -2) + String(message.attempts % 100).padStart(2, '0'));",
    expectedCheckers: ['duplicate'],
  },
];
