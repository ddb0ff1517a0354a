// Converts errors to responses, with the status that Medusa uses for each type of MedusaError.

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

function notFoundHandler(request) {
  throw new MedusaError(MedusaError.Types.NOT_FOUND, `No route matches ${request.method} ${request.path}`);
}

// Express recognizes an error handler by its four parameters.
function errorHandler(error, _request, response, next) {
  if (response.headersSent) return next(error);
  const { status, type, message } = describe(error);
  response.status(status).json({ type, message });
}

function describe(error) {
  if (MedusaError.isMedusaError(error) && STATUS.has(error.type)) {
    return { status: STATUS.get(error.type), type: error.type, message: error.message };
  }
  // SECURITY: Express rejects requests that it cannot parse; its message may quote the request, including a token.
  if (error.status >= 400 && error.status < 500) {
    return { status: error.status, type: MedusaError.Types.INVALID_DATA, message: "The request cannot be parsed" };
  }
  // Anything else is a failure of the server or the database: logged, not sent to the caller.
  console.error(error);
  return { status: 500, type: "unknown_error", message: "An unknown error occurred" };
}

module.exports = { notFoundHandler, errorHandler };
