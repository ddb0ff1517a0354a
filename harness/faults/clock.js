// Two clocks: a monotonic one that all processes of a machine share, and the process's date, which a fault can shift.

const RealDate = Date;

let offsetMs = 0;

/** Returns milliseconds on the clock that all processes of this machine share (CLOCK_MONOTONIC). */
function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * Shifts the process's date forward or, if negative, back.
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
