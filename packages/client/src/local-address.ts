import { networkInterfaces } from 'node:os';

/** An IPv4 address of this machine, as part of message ids; loopback when it has no other. */
export function localAddress(): string {
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { family, internal, address } of addresses ?? []) {
      if (family === 'IPv4' && !internal) return address;
    }
  }
  return '127.0.0.1';
}
