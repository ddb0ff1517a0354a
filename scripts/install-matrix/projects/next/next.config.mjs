export default {
  output: "standalone",
  // Addons cannot be bundled: the package stays in node_modules, from which Next.js copies it into the standalone folder.
  serverExternalPackages: ["medusa-api-key-native"],
  outputFileTracingRoot: import.meta.dirname,
};
