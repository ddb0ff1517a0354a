// Shows what is being measured: on a terminal in one line that is overwritten, otherwise in a new line per title.

/** The progress output of a run. */
export class Progress {
  #started = Date.now();
  #output;
  #title = "";

  constructor(output = process.stderr) {
    this.#output = output;
  }

  /** Shows `title · details`; without a terminal, only changes of the title. */
  show(text) {
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

  /** Clears the terminal's line for further output. */
  clear() {
    if (this.#output.isTTY) this.#output.write("\r\x1b[K");
  }
}
