// Turns errors into answers, with the status that Medusa gives to each type of MedusaError.

const { MedusaError } = require("@medusajs/framework/utils");

const STATUS = new Map([
  [MedusaError.Types.INVALID_DATA, 400],
  [MedusaError.Types.NOT_ALLOWED, 400],
  [MedusaError.Types.UNAUTHORIZED, 401],
  [MedusaError.Types.FORBIDDEN, 403],
  [MedusaError.Types.NOT_FOUND, 404],
  [MedusaError.Types.CONFLICT, 409],
  [MedusaError.Types.DUPLICATE_ERROR, 422],
]);

function answerNotFound(request) {
  throw new MedusaError(MedusaError.Types.NOT_FOUND, `Nothing answers ${request.method} ${request.path}`);
}

// Express knows an error handler by its four parameters.
function answerWithErrors(error, _request, response, next) {
  if (response.headersSent) return next(error);
  const { status, type, message } = described(error);
  response.status(status).json({ type, message });
}

function described(error) {
  if (MedusaError.isMedusaError(error) && STATUS.has(error.type)) {
    return { status: STATUS.get(error.type), type: error.type, message: error.message };
  }
  // Express itself refuses what it cannot parse; its message may quote the request, a token with it.
  if (error.status >= 400 && error.status < 500) {
    return { status: error.status, type: MedusaError.Types.INVALID_DATA, message: "The request cannot be read" };
  }
  // Anything else is ours or the database's to mend: the log has it, the caller does not.
  console.error(error);
  return { status: 500, type: "unknown_error", message: "An unknown error occurred" };
}

module.exports = { answerNotFound, answerWithErrors };
