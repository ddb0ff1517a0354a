// What a PostgreSQL server says, with or without its notifications.

import { Transform } from "node:stream";

const NOTIFICATION = "A".charCodeAt(0);
/** A message is its kind in one byte, its length in four, and the rest; the length counts itself. */
const HEAD_BYTES = 5;

/** Passes on whole messages, and no notifications while it is told to be deaf. */
export class NotificationFilter extends Transform {
  private rest = Buffer.alloc(0);

  constructor(private readonly isDeaf: () => boolean) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    while (this.rest.length >= HEAD_BYTES) {
      const end = 1 + this.rest.readUInt32BE(1);
      if (this.rest.length < end) break;
      if (!(this.isDeaf() && this.rest[0] === NOTIFICATION)) this.push(this.rest.subarray(0, end));
      this.rest = this.rest.subarray(end);
    }
    done();
  }
}
