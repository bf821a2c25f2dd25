import type { Verdict } from '../report.ts';

/** What a part is given. */
export interface PartOptions {
  /** An empty folder of its own, removed afterwards. */
  readonly directory: string;
  /** Log that the start-up and backlog parts write, GB (10^9 bytes). */
  readonly gigabytes: number;
  /** Repetitions of what is compared; medians are reported. */
  readonly rounds: number;
  readonly say: (text: string) => void;
}

/** One measured number. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export interface PartResult {
  readonly figures: readonly Figure[];
  readonly verdicts: readonly Verdict[];
  /** What the figures were made from. */
  readonly details?: unknown;
}

export interface Part {
  readonly name: string;
  readonly run: (options: PartOptions) => Promise<PartResult>;
}

/** A verdict on a number that must not be above, or below, what is asked. */
export function judge(
  figure: string,
  value: number,
  unit: string,
  asked: { readonly most: number } | { readonly least: number },
): Verdict {
  const digits = Math.abs(value) < 10 ? 2 : 0;
  const reached = `${value.toFixed(digits)} ${unit}`;
  if ('most' in asked)
    return { figure, asked: `<= ${asked.most} ${unit}`, reached, met: value <= asked.most };
  return { figure, asked: `>= ${asked.least} ${unit}`, reached, met: value >= asked.least };
}

export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
