/**
 * The `code` of a caught value, null if it has none. Ports are implemented in other packages with error classes of their
 * own, so what this package must tell apart it tells by code.
 */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
