import { StoreError } from './errors.ts';

/** An error of a disk that fails as it was told to, or that has no more room. */
export function diskError(
  code: 'FILE_MISSING' | 'FILE_EXISTS' | 'DISK_FULL' | 'DISK_FAILED',
  path: string,
  what: string,
): StoreError {
  return new StoreError(code, `${path} ${what}`, { file: path });
}
