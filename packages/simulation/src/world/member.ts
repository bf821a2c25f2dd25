import { join } from 'node:path/posix';
import type { GroupReplica } from '@ledgermq/broker';
import type { MemoryDisk, MemoryLevel } from '@ledgermq/store';
import type { MemberView } from './member-view.ts';
import type { ProgramHost } from './program-host.ts';

/** One replica as checks see it. */
export class Member implements MemberView {
  readonly id: string;
  readonly group: string;
  readonly directory: string;
  readonly host: ProgramHost;
  #replica: GroupReplica | null = null;

  constructor(host: ProgramHost, group: string) {
    this.id = host.id;
    this.group = group;
    this.host = host;
    this.directory = join('/data', group);
  }

  get up(): boolean {
    return this.host.process !== null;
  }

  get life(): number {
    return this.host.life;
  }

  get replica(): GroupReplica | null {
    return this.#replica;
  }

  get disk(): MemoryDisk {
    return this.host.disk;
  }

  level(directory: string): MemoryLevel {
    return this.host.level(directory);
  }

  opened(replica: GroupReplica | null): void {
    this.#replica = replica;
  }
}
