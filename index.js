"use strict";

const built = require("./dist/index.js");

// Named one by one, so that Node.js sees the names when an ES module imports them.
Object.defineProperty(exports, "__esModule", { value: true });
exports.default = built.default;
exports.ApiKeyModuleService = built.ApiKeyModuleService;
exports.ApiKeyError = built.ApiKeyError;
