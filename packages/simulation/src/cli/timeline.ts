import type { TimelineEvent } from '../timeline-event.ts';

/** Lines of one run: virtual time, node, its role and term, what happened. */
export class Timeline {
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  get head(): string {
    return lineOf('seconds', 'node', 'role', 'kind', 'event');
  }

  add({ atMs, node, kind, text }: TimelineEvent): void {
    this.#write(lineOf((atMs / 1000).toFixed(3), node ?? '-', '', kind, text));
  }
}

function lineOf(time: string, node: string, role: string, kind: string, text: string): string {
  return `${time.padStart(9)}  ${node.padEnd(10)} ${role.padEnd(16)} ${kind.padEnd(10)} ${text}`.trimEnd();
}
