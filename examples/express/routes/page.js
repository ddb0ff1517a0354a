// Parses `limit` and `offset` from a query string.

const { MedusaError } = require("@medusajs/framework/utils");

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

function page(query) {
  return {
    limit: Math.min(wholeNumber("limit", query.limit, DEFAULT_LIMIT), MAX_LIMIT),
    offset: wholeNumber("offset", query.offset, 0),
  };
}

function wholeNumber(name, text, fallback) {
  if (text === undefined) return fallback;
  if (typeof text !== "string" || !/^\d{1,9}$/.test(text)) {
    throw new MedusaError(MedusaError.Types.INVALID_DATA, `${name} must be a whole number`);
  }
  return Number(text);
}

module.exports = { page };
