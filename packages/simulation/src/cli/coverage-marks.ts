/**
 * Names of coverage marks. A fault that hit a node counts as `fault <kind> @ <role of that node>`; faults of the network or of
 * the whole world have the role `world`. Every other name is a mark of the code: something rare that must be seen to happen.
 */
const FAULT = /^fault (.+) @ (.+)$/;

export interface FaultMark {
  readonly kind: string;
  readonly role: string;
}

export function faultMark(kind: string, role: string): string {
  return `fault ${kind} @ ${role}`;
}

/** Null for a mark of the code. */
export function parseFaultMark(mark: string): FaultMark | null {
  const [, kind, role] = FAULT.exec(mark) ?? [];
  return kind === undefined || role === undefined ? null : { kind, role };
}
