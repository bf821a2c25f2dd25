import { postOrder } from '../admin-client.ts';

export interface OrderOptions {
  /** Admin addresses of nodes of the group, "host:port;host:port"; the one that leads obeys. */
  readonly admin: string;
}

export interface MembersOptions extends OrderOptions {
  readonly voters: string;
  readonly learners: string;
}

/** `ledgermq transfer`: hands the mastership of a group to a node. */
export function transfer(brokerName: string, to: string, { admin }: OrderOptions): Promise<void> {
  return order(admin, brokerName, 'leader', { to });
}

/** `ledgermq members`: changes who belongs to a group. */
export function members(brokerName: string, { admin, voters, learners }: MembersOptions): Promise<void> {
  return order(admin, brokerName, 'members', { voters: ids(voters), learners: ids(learners) });
}

function ids(list: string): string[] {
  return list
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}

/** Only the leader can obey, and the command line does not know who that is: it asks one node after the other. */
async function order(admin: string, brokerName: string, what: string, body: object): Promise<void> {
  const refusals: string[] = [];
  for (const address of admin.split(';').filter((part) => part !== '')) {
    try {
      const answer = await postOrder(address, `/groups/${encodeURIComponent(brokerName)}/${what}`, body);
      if (answer.accepted) {
        console.log(`${address} has begun; \`ledgermq status\` shows when it is done`);
        return;
      }
      refusals.push(`${address}: ${answer.reason ?? 'refused'}`);
      if (answer.reason !== 'not-leader' && answer.reason !== 'unknown-group') break;
    } catch (error) {
      refusals.push(`${address}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`no node obeyed\n  ${refusals.join('\n  ')}`);
}
