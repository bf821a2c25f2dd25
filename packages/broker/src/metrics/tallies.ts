import type { Counter, Distribution, EventCounter } from '@ledgermq/store';

/** A number that is added to, and read when somebody looks. */
export class Tally implements Counter {
  value = 0;

  add(amount: number): void {
    this.value += amount;
  }
}

/** Counts rare events apart by their words, of which all possible ones are known. */
export class EventTally<Words extends readonly string[]> implements EventCounter<Words> {
  readonly cases: readonly { readonly words: Words; readonly tally: Tally }[];

  constructor(possible: readonly Words[]) {
    this.cases = possible.map((words) => ({ words, tally: new Tally() }));
  }

  add(...words: Words): void {
    const found = this.cases.find((one) => one.words.every((word, at) => word === words[at]));
    found?.tally.add(1);
  }
}

/** Counts cases by their size: a few comparisons each. */
export class Buckets implements Distribution {
  /** Greatest size that each bucket takes, ascending; what is above all of them is in the last count alone. */
  readonly bounds: readonly number[];
  /** Cases per bucket, one more than there are bounds. */
  readonly counts: number[];
  count = 0;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let at = 0;
    while (at < this.bounds.length && value > (this.bounds[at] as number)) at += 1;
    this.counts[at] = (this.counts[at] as number) + 1;
    this.count += 1;
    this.sum += value;
  }
}
