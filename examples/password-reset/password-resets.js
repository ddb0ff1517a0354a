// Password resets with single-use tokens. The rest of this example is what an application has already.

const PURPOSE = "password-reset";

/** ASVS 5.0 (6.5.5) allows out-of-band tokens to live for ten minutes. */
const TEN_MINUTES = 600;

class PasswordResets {
  /**
   * @param {import("medusa-api-key-native").ApiKeyModuleService} keys
   * @param {import("./accounts.js").Accounts} accounts
   * @param {(mail: { to: string, subject: string, text: string }) => Promise<void>} sendMail
   * @param {{ pageUrl: string, seconds?: number }} settings the page that asks for the new password; how long a token lives
   */
  constructor(keys, accounts, sendMail, { pageUrl, seconds = TEN_MINUTES }) {
    this.keys = keys;
    this.accounts = accounts;
    this.sendMail = sendMail;
    this.pageUrl = pageUrl;
    this.seconds = seconds;
  }

  /** Mails a link to the owner of an address, if there is one. A newer link ends the older ones of the same account. */
  async request(ownerType, email) {
    const account = await this.accounts.byEmail(ownerType, email);
    if (!account) return;
    const { token } = await this.keys.createApiKeys({
      title: "Password reset",
      type: "secret",
      created_by: PURPOSE,
      purpose: PURPOSE,
      owner: { type: ownerType, id: account.id },
      expires_in: this.seconds,
    });
    // The token is behind the #, which browsers send to no server and no log.
    const link = `${this.pageUrl}#${token}`;
    await this.sendMail({
      to: account.email,
      subject: "Your new password",
      text: `Choose a new password: ${link}\nThe link works once.`,
    });
  }

  /** Sets a new password. Returns false for a token that is unknown, used, expired, or replaced by a newer one. */
  async confirm(token, password) {
    // The owner in the key decides whose password changes, never the request.
    const redeemed = await this.keys.redeem(token, { purpose: PURPOSE, revoked_by: PURPOSE });
    if (!redeemed.valid) return false;
    await this.accounts.setPassword(redeemed.key.owner.type, redeemed.key.owner.id, password);
    return true;
  }
}

module.exports = { PasswordResets };
