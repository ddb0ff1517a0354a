// Two clocks: one that all processes of a machine share and nobody sets, and the process's date, which jumps when a fault says so.

const RealDate = Date;

let offsetMs = 0;

/** Milliseconds on the clock that all processes of this machine share (CLOCK_MONOTONIC). */
function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * Sets the process's date ahead, or back.
 * @param {number} ms
 */
function jump(ms) {
  offsetMs = ms;
  globalThis.Date = /** @type {DateConstructor} */ (JumpingDate);
}

class JumpingDate extends RealDate {
  /** @param {any[]} parts */
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offsetMs);
    else super(.../** @type {[number]} */ (parts));
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
}

module.exports = { jump, now };
