module.exports = {
  mode: "production",
  target: "node",
  entry: "./entry.mjs",
  output: { path: `${__dirname}/out`, filename: "bundle.cjs" },
  // Addons cannot be bundled: the package stays in node_modules.
  externals: { "medusa-api-key-native": "commonjs medusa-api-key-native" },
};
