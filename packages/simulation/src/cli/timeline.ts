import type { TimelineEvent } from '../timeline-event.ts';

/** A Raft member says what it became in these words, with the term among the fields that follow. */
const BECAME = /^became (\S+)\b.*"term":(\d+)/;
/** Lives of nodes: from such an event on nothing is known of a role. */
const LIFE = new Set(['starting', 'stopping', 'down', 'failed']);

/** Lines of one run: virtual time, node, its role and term, what happened. */
export class Timeline {
  readonly #write: (line: string) => void;
  /** Node to its role and term. */
  readonly #roles = new Map<string, string>();

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  get head(): string {
    return lineOf('seconds', 'node', 'role, term', 'kind', 'event');
  }

  add({ atMs, node, kind, text }: TimelineEvent): void {
    if (node !== null) this.#note(node, kind, text);
    const role = node === null ? '' : (this.#roles.get(node) ?? '');
    this.#write(lineOf((atMs / 1000).toFixed(3), node ?? '-', role, kind, plain(text)));
  }

  #note(node: string, kind: string, text: string): void {
    const [, role, term] = BECAME.exec(text) ?? [];
    if (role !== undefined && term !== undefined) this.#roles.set(node, `${role} ${term}`);
    else if (LIFE.has(kind)) this.#roles.delete(node);
  }
}

function lineOf(time: string, node: string, role: string, kind: string, text: string): string {
  return `${time.padStart(9)}  ${node.padEnd(5)} ${role.padEnd(17)} ${kind.padEnd(9)} ${text}`.trimEnd();
}

/** Fields at the end of a line, in JSON, are easier to read as `name=value`. */
function plain(text: string): string {
  const at = text.indexOf(' {"');
  if (at < 0 || !text.endsWith('}')) return text;
  try {
    const fields = Object.entries(JSON.parse(text.slice(at + 1)) as Record<string, unknown>);
    const shown = fields.map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    return `${text.slice(0, at)}  ${shown.join(' ')}`;
  } catch {
    return text;
  }
}
