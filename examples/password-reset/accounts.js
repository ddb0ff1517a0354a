// The accounts of users and customers, in memory. An application has these in its database.

const { randomBytes, scrypt, timingSafeEqual } = require("node:crypto");
const { promisify } = require("node:util");

const derive = promisify(scrypt);

class Accounts {
  constructor() {
    this.all = { user: new Map(), customer: new Map() };
  }

  async add(type, { id, email, password }) {
    this.all[type].set(id, { id, email: email.toLowerCase() });
    await this.setPassword(type, id, password);
  }

  async byEmail(type, email) {
    const wanted = email.toLowerCase();
    return [...this.all[type].values()].find((account) => account.email === wanted);
  }

  async setPassword(type, id, password) {
    const salt = randomBytes(16);
    Object.assign(this.all[type].get(id), { salt, hash: await derive(password, salt, 32) });
  }

  /** The account with this address and password, or undefined. Takes as long for an unknown address. */
  async logIn(type, email, password) {
    const account = await this.byEmail(type, email);
    const hash = await derive(password, account?.salt ?? "no account", 32);
    return account && timingSafeEqual(hash, account.hash) ? account : undefined;
  }
}

module.exports = { Accounts };
