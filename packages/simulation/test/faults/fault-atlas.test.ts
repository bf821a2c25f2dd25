import test from 'ava';
import fc from 'fast-check';
import { FaultAtlas } from '../../src/faults/fault-atlas.ts';

test('a second node of three is not damaged before the first is whole again', (t) => {
  const whole = new Set<string>();
  const atlas = new FaultAtlas(
    () => 3,
    (node) => whole.has(node),
    () => true,
  );
  t.true(atlas.mayDamage('a'));
  atlas.damage('a', 'wipe');
  t.true(atlas.mayDamage('a'), 'it can be damaged further');
  t.false(atlas.mayDamage('b'));
  t.is(atlas.damageOf('a'), 'wipe');
  whole.add('a');
  t.true(atlas.mayDamage('b'));
  t.is(atlas.damageOf('a'), null);
});

test('nothing is damaged while a new voter still catches up', (t) => {
  const whole = new Set<string>();
  const atlas = new FaultAtlas(
    () => 3,
    (node) => whole.has(node),
    () => true,
  );
  atlas.joined('d');
  t.false(atlas.mayDamage('b'));
  t.is(atlas.damageOf('d'), null);
  t.true(atlas.mayDamage('d'), 'it is missing already');
  whole.add('d');
  t.true(atlas.mayDamage('b'));
});

test('a voter that joined long ago is not damaged beside another one', (t) => {
  const whole = new Set<string>(['d']);
  const atlas = new FaultAtlas(
    () => 3,
    (node) => whole.has(node),
    () => true,
  );
  atlas.joined('d');
  t.true(atlas.mayDamage('b'));
  atlas.damage('b', 'wipe');
  t.false(atlas.mayDamage('d'));
  atlas.joined('d');
  t.false(atlas.mayDamage('d'));
});

test('whatever is damaged and repaired, a majority is intact at every moment', (t) => {
  const steps = fc.array(fc.record({ node: fc.nat({ max: 6 }), repairs: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), steps, (count, script) => {
      const nodes = Array.from({ length: count }, (_, at) => `n${at}`);
      const broken = new Set<string>();
      const atlas = new FaultAtlas(
        () => nodes.length,
        (node) => !broken.has(node),
        () => true,
      );
      return script.every(({ node, repairs }) => {
        const id = nodes[node % count] ?? '';
        if (repairs) broken.delete(id);
        else if (atlas.mayDamage(id)) {
          broken.add(id);
          atlas.damage(id, 'bit-rot');
        }
        return count - broken.size > count / 2;
      });
    }),
  );
  t.pass();
});

test('a group that has become smaller can bear less', (t) => {
  let voters = 5;
  const atlas = new FaultAtlas(
    () => voters,
    () => false,
    () => true,
  );
  atlas.damage('a', 'wipe');
  t.true(atlas.mayDamage('b'));
  voters = 3;
  t.false(atlas.mayDamage('b'));
});

test('what a node cannot notice is lost only where the intact others can do without its copy', (t) => {
  const holders = new Set(['a', 'b']);
  const atlas = new FaultAtlas(
    () => 3,
    () => false,
    (_node, isIntact) => ['a', 'b', 'c'].filter((one) => isIntact(one) && holders.has(one)).length > 1,
  );
  t.true(atlas.mayDamageUnseen('c'));
  t.true(atlas.mayDamage('b'));
  t.false(atlas.mayDamageUnseen('b'), 'only one other node has what it has');
  holders.add('c');
  t.true(atlas.mayDamageUnseen('b'));
  atlas.damage('b', 'truncation');
  t.false(atlas.mayDamageUnseen('c'));
});
