import {
  createRequest,
  decodeClusterInfo,
  decodeKvTable,
  RequestCode,
  ResponseCode,
} from '@ledgermq/protocol';
import { connect, CONNECTION_DEFAULTS } from '@ledgermq/protocol/net';
import { renderTable } from '../cluster-screen.ts';

const TIMEOUT_MS = 2000;
const quiet = { onFrames(): void {}, onClose(): void {} };

type Answer = { readonly code: number; readonly body: Buffer; readonly remark: string | null };

/** `ledgermq status`: asks a name server who there is, and each broker address how it is. */
export async function status({ namesrv }: { readonly namesrv: string }): Promise<void> {
  const info = decodeClusterInfo(
    await clusterInfoBody(namesrv.split(';').filter((address) => address !== '')),
  );
  const rows: string[][] = [];
  for (const [brokerName, broker] of [...info.brokerAddrTable].sort(([a], [b]) => a.localeCompare(b))) {
    const addresses = [...broker.brokerAddrs].sort(([a], [b]) => a - b);
    const cells = await Promise.all(addresses.map(([id, address]) => statusRow(brokerName, id, address)));
    rows.push(...cells);
    if (!broker.brokerAddrs.has(0)) rows.push([brokerName, '-', 'no master registered']);
  }
  const header = ['broker', 'id', 'address', 'role', 'term', 'commit', 'applied', 'last', 'work'];
  for (const line of renderTable([header, ...rows])) console.log(line);
  if (rows.length === 0) console.log('no brokers are registered');
}

async function clusterInfoBody(addresses: readonly string[]): Promise<Buffer> {
  const failures: string[] = [];
  for (const address of addresses) {
    try {
      const answer = await ask(address, RequestCode.GET_BROKER_CLUSTER_INFO);
      if (answer.code === ResponseCode.SUCCESS) return answer.body;
      failures.push(`${address}: ${answer.remark ?? `code ${answer.code}`}`);
    } catch (error) {
      failures.push(`${address}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`no name server answers (${failures.join('; ')}); is the cluster up?`);
}

async function statusRow(brokerName: string, id: number, address: string): Promise<string[]> {
  const place = [brokerName, String(id), address];
  try {
    const answer = await ask(address, RequestCode.GET_BROKER_RUNTIME_INFO);
    if (answer.code !== ResponseCode.SUCCESS) return [...place, answer.remark ?? `code ${answer.code}`];
    const table = decodeKvTable(answer.body);
    const fields = ['raftRole', 'raftTerm', 'raftCommitIndex', 'raftAppliedIndex', 'raftLastIndex'];
    return [...place, ...fields.map((field) => table.get(field) ?? '?'), table.get('longWork') ?? ''];
  } catch (error) {
    return [...place, error instanceof Error ? error.message : String(error)];
  }
}

async function ask(address: string, code: number): Promise<Answer> {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at);
  const connection = await connect(
    host,
    Number(address.slice(at + 1)),
    CONNECTION_DEFAULTS,
    quiet,
    TIMEOUT_MS,
  );
  try {
    const { body, remark, code: answered } = await connection.request(createRequest(code, {}), TIMEOUT_MS);
    return { code: answered, remark, body: Buffer.from(body) };
  } finally {
    connection.close();
  }
}
