import { parseFaultMark } from './coverage-marks.ts';
import { textTable } from './text-table.ts';

/** How often each mark was reached over a set of runs. */
export class Coverage {
  readonly #counts = new Map<string, number>();

  add(coverage: Readonly<Record<string, number>>): void {
    for (const [mark, count] of Object.entries(coverage)) {
      this.#counts.set(mark, (this.#counts.get(mark) ?? 0) + count);
    }
  }

  count(mark: string): number {
    return this.#counts.get(mark) ?? 0;
  }

  /** Those of `marks` that were never reached. */
  missing(marks: readonly string[]): string[] {
    return marks.filter((mark) => this.count(mark) === 0);
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Kinds of faults by the role of whom they hit, and the marks of the code; marks of `required` are listed even at 0. */
  toText(required: readonly string[] = []): string {
    const all = [...new Set([...this.#counts.keys(), ...required])].sort();
    const faults = all.flatMap((mark) => parseFaultMark(mark) ?? []);
    const roles = [...new Set(faults.map(({ role }) => role))].sort();
    const kinds = [...new Set(faults.map(({ kind }) => kind))];
    const cell = (kind: string, role: string): number => this.count(`fault ${kind} @ ${role}`);
    const faultRows = kinds.map((kind) => [kind, ...roles.map((role) => cell(kind, role))]);
    const markRows = all
      .filter((mark) => parseFaultMark(mark) === null)
      .map((mark) => [mark, this.count(mark), required.includes(mark) ? 'required' : '']);
    const parts: string[] = [];
    if (faultRows.length > 0) parts.push(textTable(['fault', ...roles], faultRows));
    if (markRows.length > 0) parts.push(textTable(['mark', 'times', ''], markRows));
    return parts.join('\n\n');
  }
}
