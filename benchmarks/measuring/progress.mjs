// Says what is being measured: on a terminal in one line that is written over, elsewhere a line whenever the title changes.

/** Where a run says what it is doing. */
export class Progress {
  #started = Date.now();
  #output;
  #title = "";

  constructor(output = process.stderr) {
    this.#output = output;
  }

  /** `title · details`: only a terminal sees the details change. */
  say(text) {
    const seconds = String(Math.round((Date.now() - this.#started) / 1000)).padStart(4);
    if (this.#output.isTTY) {
      const line = `${seconds} s  ${text}`.slice(0, this.#output.columns - 1);
      this.#output.write(`\r\x1b[K${line}`);
      return;
    }
    const title = text.split(" · ")[0];
    if (title !== this.#title) this.#output.write(`${seconds} s  ${title}\n`);
    this.#title = title;
  }

  /** Leaves the terminal's line empty, for what is printed next. */
  clear() {
    if (this.#output.isTTY) this.#output.write("\r\x1b[K");
  }
}
