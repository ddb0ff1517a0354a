// Creates the first key of an owner, since every route requires one:
//   node create-key.js organization org_1 notes:read notes:write keys:read keys:write
// Prints only its token, which cannot be shown again.

import { openKeys } from "./keys.js";

async function main([type, id, ...scopes]) {
  if (id === undefined) throw new Error("usage: node create-key.js <owner type> <owner id> <scope>…");
  const keys = openKeys(process.env.DATABASE_URL);
  try {
    const { token } = await keys.createApiKeys({
      title: `First key of ${id}`,
      type: "secret",
      created_by: "create-key",
      owner: { type, id },
      scopes,
    });
    console.log(token);
  } finally {
    await keys.close();
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
