import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import type { RemotingCommand } from '../src/command.ts';
import { LANGUAGES } from '../src/language.ts';

/** Any Unicode text that UTF-8 can carry. */
function anyText(): fc.Arbitrary<string> {
  return fc.string({ unit: 'binary', maxLength: 30 });
}

/** extFields as decoding makes them: without a prototype. Keys of any text, `__proto__` included. */
function anyExtFields(): fc.Arbitrary<Record<string, string>> {
  const key = fc.oneof(anyText(), fc.constantFrom('__proto__', 'topic', 'constructor'));
  return fc.array(fc.tuple(key, anyText()), { maxLength: 8 }).map((pairs) => {
    const ext = Object.create(null) as Record<string, string>;
    for (const [name, value] of pairs) ext[name] = value;
    return ext;
  });
}

/** Any command that both serializations can carry. */
export function anyCommand(): fc.Arbitrary<RemotingCommand> {
  return fc.record({
    code: fc.integer({ min: -0x8000, max: 0x7fff }),
    language: fc.constantFrom(...LANGUAGES),
    version: fc.integer({ min: 0, max: 0x7fff }),
    opaque: fc.integer(),
    flag: fc.integer(),
    remark: fc.option(anyText().filter((text) => text !== '')),
    extFields: anyExtFields(),
    body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    serializeType: fc.constantFrom<0 | 1>(0, 1),
  });
}
