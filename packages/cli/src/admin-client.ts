import { request } from 'node:http';

/** Answer of a node to an order; `leader` is set when another node could obey it. */
export interface OrderAnswer {
  readonly accepted: boolean;
  readonly reason?: string;
  readonly leader?: string | null;
}

const TIMEOUT_MS = 3_000;

/** Posts an order to the admin port of one node. Rejects when the node does not answer in time or not in JSON. */
export function postOrder(adminAddress: string, path: string, body: object): Promise<OrderAnswer> {
  return new Promise((resolve, reject) => {
    const payload = JSON.stringify(body);
    const outgoing = request(
      `http://${adminAddress}${path}`,
      {
        method: 'POST',
        timeout: TIMEOUT_MS,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          try {
            const answer = JSON.parse(Buffer.concat(chunks).toString()) as OrderAnswer & { message?: string };
            resolve(answer.message === undefined ? answer : { accepted: false, reason: answer.message });
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}
