/** A part of what a replica has on disk. */
export type StorePart = 'log' | 'hard-state' | 'snapshots' | 'state' | 'key-index';

export interface Finding {
  /** 'damage' is what must not be; a 'note' is what a start deals with by itself, such as a write that a crash tore. */
  readonly kind: 'damage' | 'note';
  readonly part: StorePart;
  readonly text: string;
}

/** How far the verification of a part is; bytes of the log, or pieces of whatever the part consists of. */
export interface VerifyProgress {
  readonly part: StorePart;
  readonly done: number;
  readonly total: number;
}

/** Collects what is found. */
export class Findings {
  readonly list: Finding[] = [];

  damage(part: StorePart, text: string): void {
    this.list.push({ kind: 'damage', part, text });
  }

  note(part: StorePart, text: string): void {
    this.list.push({ kind: 'note', part, text });
  }

  isDamaged(part: StorePart): boolean {
    return this.list.some((finding) => finding.kind === 'damage' && finding.part === part);
  }
}
