import { Buffer } from 'node:buffer';
import type { CommandHeader } from './command.ts';
import { EXT_FIELDS_MAX } from './command-json.ts';
import { ProtocolError } from './errors.ts';
import { languageCode, languageName } from './language.ts';

/*
 * RocketMQ's binary header:
 *   0 int16 code     2 uint8 language   3 int16 version   5 int32 opaque   9 int32 flag
 *  13 int32 remark bytes, remark        then int32 bytes of all fields, and for each field
 *     int16 name bytes, name, int32 value bytes, value
 */
const REMARK_AT = 13;
const FIXED_BYTES = 21;
const NAME_BYTES_MAX = 0x7fff;

/** Reads a binary header; of a field that occurs twice the last value counts. */
export function decodeBinaryHeader(header: Buffer): CommandHeader {
  if (header.length < FIXED_BYTES) {
    throw unreadable(`A binary header of ${header.length} bytes is too short.`);
  }
  const remarkBytes = header.readInt32BE(REMARK_AT);
  const extLengthAt = REMARK_AT + 4 + remarkBytes;
  if (remarkBytes < 0 || extLengthAt + 4 > header.length) {
    throw unreadable(`A remark of ${remarkBytes} bytes does not fit its header.`);
  }
  if (header.readInt32BE(extLengthAt) !== header.length - extLengthAt - 4) {
    throw unreadable('The fields of a binary header do not end with it.');
  }
  return {
    code: header.readInt16BE(0),
    language: languageName(header.readUInt8(2)),
    version: header.readInt16BE(3),
    opaque: header.readInt32BE(5),
    flag: header.readInt32BE(9),
    remark: remarkBytes === 0 ? null : header.toString('utf8', REMARK_AT + 4, extLengthAt),
    extFields: readFields(header, extLengthAt + 4),
  };
}

function readFields(header: Buffer, from: number): Record<string, string> {
  const ext = Object.create(null) as Record<string, string>;
  const end = header.length;
  let at = from;
  for (let count = 0; at < end; count += 1) {
    if (count === EXT_FIELDS_MAX) throw unreadable(`A header has more than ${EXT_FIELDS_MAX} fields.`);
    if (end - at < 2) throw unreadable('The name of a field is cut off.');
    const nameBytes = header.readInt16BE(at);
    const valueLengthAt = at + 2 + nameBytes;
    if (nameBytes < 0 || valueLengthAt + 4 > end) {
      throw unreadable(`A field name of ${nameBytes} bytes does not fit its header.`);
    }
    const valueBytes = header.readInt32BE(valueLengthAt);
    const valueAt = valueLengthAt + 4;
    if (valueBytes < 0 || valueBytes > end - valueAt) {
      throw unreadable(`A field value of ${valueBytes} bytes does not fit its header.`);
    }
    const name = header.toString('utf8', at + 2, valueLengthAt);
    ext[name] = header.toString('utf8', valueAt, valueAt + valueBytes);
    at = valueAt + valueBytes;
  }
  return ext;
}

/** Bytes that `writeBinaryHeader` will write. Throws COMMAND_UNENCODABLE when the header has no binary form. */
export function binaryHeaderSize(header: CommandHeader): number {
  checkRange(header.code, 16, 'code');
  checkRange(header.version, 16, 'version');
  checkRange(header.opaque, 32, 'opaque');
  checkRange(header.flag, 32, 'flag');
  return (
    FIXED_BYTES +
    (header.remark === null ? 0 : Buffer.byteLength(header.remark)) +
    fieldsSize(header.extFields)
  );
}

/** Writes the header at `at`, where `binaryHeaderSize` bytes must be free; returns the bytes written. */
export function writeBinaryHeader(target: Buffer, at: number, header: CommandHeader): number {
  target.writeInt16BE(header.code, at);
  target.writeUInt8(languageCode(header.language), at + 2);
  target.writeInt16BE(header.version, at + 3);
  target.writeInt32BE(header.opaque, at + 5);
  target.writeInt32BE(header.flag, at + 9);
  let end = at + REMARK_AT + 4;
  const remarkBytes = header.remark === null ? 0 : target.write(header.remark, end, 'utf8');
  target.writeInt32BE(remarkBytes, at + REMARK_AT);
  const fieldsAt = end + remarkBytes + 4;
  end = fieldsAt;
  for (const [name, value] of Object.entries(header.extFields)) {
    const nameBytes = target.write(name, end + 2, 'utf8');
    target.writeInt16BE(nameBytes, end);
    end += 2 + nameBytes;
    const valueBytes = target.write(value, end + 4, 'utf8');
    target.writeInt32BE(valueBytes, end);
    end += 4 + valueBytes;
  }
  target.writeInt32BE(end - fieldsAt, fieldsAt - 4);
  return end - at;
}

function fieldsSize(extFields: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(extFields)) {
    const nameBytes = Buffer.byteLength(name);
    if (nameBytes > NAME_BYTES_MAX) {
      throw new ProtocolError('COMMAND_UNENCODABLE', `A field name has ${nameBytes} bytes.`, { field: name });
    }
    bytes += 6 + nameBytes + Buffer.byteLength(value);
  }
  return bytes;
}

/** Java truncates a code of more than 16 bits silently, which turns it into another request; it is refused here. */
function checkRange(value: number, bits: 16 | 32, name: string): void {
  const fits = bits === 16 ? (value << 16) >> 16 === value : (value | 0) === value;
  if (!fits) {
    throw new ProtocolError('COMMAND_UNENCODABLE', `The ${name} ${value} is not a ${bits}-bit integer.`, {
      field: name,
    });
  }
}

function unreadable(message: string): ProtocolError {
  return new ProtocolError('HEADER_UNREADABLE', message);
}
