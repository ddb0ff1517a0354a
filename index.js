"use strict";

const { ApiKeyModuleService, ApiKeyError, default: apiKeyModule } = require("./dist/index.js");

// The names come first, one by one, so that Node.js sees them when an ES module imports them. The module's own members follow, because
// Node.js and bundlers give `module.exports` itself to an ES module that imports the default.
module.exports = { ApiKeyModuleService, ApiKeyError, ...apiKeyModule };
module.exports.default = apiKeyModule;
