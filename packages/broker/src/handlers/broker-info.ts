import { Buffer } from 'node:buffer';
import { RequestCode, ResponseCode, encodeDataVersion, encodeKvTable } from '@ledgermq/protocol';
import type { DataVersion } from '@ledgermq/protocol';
import type { LogRange } from '../group-port.ts';
import { anyReplica } from './route.ts';
import type { Route } from './route.ts';

/** What is counted since this replica started. */
export interface TrafficCounts {
  readonly messagesPut: number;
  readonly messagesGot: number;
}

export interface BrokerInfoPorts {
  traffic(): TrafficCounts;
  /** Of the log that this replica holds. */
  logRange(): LogRange;
  /** Where this replica stands in its group. */
  standing(): Readonly<Record<string, string>>;
  /** Configuration keys of RocketMQ with their present values. */
  configuration(): ReadonlyMap<string, string>;
  /** Wall clock in milliseconds. */
  now(): number;
  dataVersion(): DataVersion;
}

/** Name and number of the RocketMQ release whose behaviour this broker follows. */
const BROKER_VERSION_DESC = 'V5_3_3';
const BROKER_VERSION = '479';

/** What administration tools ask a broker about itself (26, 28). */
export function brokerInfoRoutes(ports: BrokerInfoPorts): [number, Route][] {
  const bootTimestamp = ports.now();
  return [
    [
      RequestCode.GET_BROKER_CONFIG,
      anyReplica((_command, exchange) => {
        const lines = [...ports.configuration()].map(([name, value]) => `${name}=${value}\n`);
        exchange.respond(ResponseCode.SUCCESS, {
          extFields: { version: encodeDataVersion(ports.dataVersion()).toString() },
          body: Buffer.from(lines.join('')),
        });
      }),
    ],
    [
      RequestCode.GET_BROKER_RUNTIME_INFO,
      anyReplica((_command, exchange) => {
        exchange.respond(ResponseCode.SUCCESS, { body: encodeKvTable(runtimeInfo(ports, bootTimestamp)) });
      }),
    ],
  ];
}

/**
 * The keys without which tools fail, filled with what is known. Rates are averages since the start, because no shorter
 * window is kept; they are written three times, where RocketMQ writes 10 s, 1 min and 10 min.
 */
function runtimeInfo(ports: BrokerInfoPorts, bootTimestamp: number): Map<string, string> {
  const { messagesPut, messagesGot } = ports.traffic();
  const runMs = Math.max(1, ports.now() - bootTimestamp);
  const { start, end, appliedEnd } = ports.logRange();
  const rate = (count: number): string => {
    const perSecond = ((count * 1000) / runMs).toFixed(2);
    return `${perSecond} ${perSecond} ${perSecond}`;
  };
  return new Map([
    ['brokerVersionDesc', BROKER_VERSION_DESC],
    ['brokerVersion', BROKER_VERSION],
    ['brokerActive', 'true'],
    ['bootTimestamp', String(bootTimestamp)],
    ['runtime', `[ ${Math.floor(runMs / 1000)} seconds ]`],
    ['putTps', rate(messagesPut)],
    ['getTotalTps', rate(messagesGot)],
    ['getFoundTps', rate(messagesGot)],
    ['getTransferredTps', rate(messagesGot)],
    ['getTransferedTps', rate(messagesGot)],
    ['msgPutTotalTodayNow', String(messagesPut)],
    ['msgPutTotalTodayMorning', '0'],
    ['msgPutTotalYesterdayMorning', '0'],
    ['msgGetTotalTodayNow', String(messagesGot)],
    ['msgGetTotalTodayMorning', '0'],
    ['msgGetTotalYesterdayMorning', '0'],
    ['commitLogMinOffset', String(start)],
    ['commitLogMaxOffset', String(end)],
    ['dispatchBehindBytes', String(Math.max(0, end - appliedEnd))],
    ...Object.entries(ports.standing()),
  ]);
}
