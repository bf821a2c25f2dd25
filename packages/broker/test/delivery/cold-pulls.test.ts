import test from 'ava';
import { ColdPulls } from '../../src/delivery/cold-pulls.ts';
import { RecordingConnection } from '../recording-connection.ts';

interface Parked {
  readonly outcome: string[];
  readonly accepted: boolean;
  end(error?: Error): void;
}

function park(cold: ColdPulls, connection: RecordingConnection, bytes: number): Parked {
  const outcome: string[] = [];
  let end: (error: Error | null) => void = () => undefined;
  const accepted = cold.park({
    connection,
    bytes,
    fetch: (done) => {
      end = done;
    },
    resume: () => outcome.push('resumed'),
    fail: (error) => outcome.push(error.message),
  });
  return {
    outcome,
    accepted,
    end: (error) => {
      end(error ?? null);
    },
  };
}

test('a pull goes on when its messages have come, or fails with the disk', (t) => {
  const cold = new ColdPulls({ coldPullsMax: 10, coldPullBytesMax: 1_000 });
  const connection = new RecordingConnection();
  const [one, other] = [park(cold, connection, 10), park(cold, connection, 20)];
  t.deepEqual([cold.count, cold.bytes], [2, 30]);
  one.end();
  other.end(new Error('unreadable'));
  one.end();
  t.deepEqual([one.outcome, other.outcome], [['resumed'], ['unreadable']]);
  t.deepEqual([cold.count, cold.bytes], [0, 0]);
});

test('only so many wait, and for so many bytes', (t) => {
  const cold = new ColdPulls({ coldPullsMax: 3, coldPullBytesMax: 100 });
  const connection = new RecordingConnection();
  const large = park(cold, connection, 5_000);
  t.true(large.accepted, 'one alone may be larger than the limit');
  t.false(park(cold, connection, 1).accepted);
  large.end();
  const accepted = [50, 40, 20, 10, 1].map((bytes) => park(cold, connection, bytes).accepted);
  t.deepEqual(accepted, [true, true, false, true, false]);
  t.deepEqual([cold.count, cold.bytes], [3, 100]);
});

test('nobody answers a connection that is closed', (t) => {
  const cold = new ColdPulls({ coldPullsMax: 10, coldPullBytesMax: 1_000 });
  const [gone, other] = [new RecordingConnection(), new RecordingConnection()];
  const pulls = [park(cold, gone, 10), park(cold, gone, 10), park(cold, other, 10)];
  cold.connectionClosed(gone);
  t.deepEqual([cold.count, cold.bytes], [1, 10]);
  for (const pull of pulls) pull.end();
  t.deepEqual(
    pulls.map(({ outcome }) => outcome),
    [[], [], ['resumed']],
  );
  const last = park(cold, other, 10);
  cold.stop();
  last.end();
  t.deepEqual(last.outcome, []);
  t.deepEqual([cold.count, cold.bytes], [0, 0]);
});
