// Creates a secret key from the command line, since the server's routes require one: `node create-key.js "My laptop"`.
// Prints only its token, which cannot be shown again.

const { ModuleRegistrationName } = require("@medusajs/framework/utils");
const { createContainer } = require("./container.js");

async function main(title = "Command line") {
  const container = createContainer(process.env.DATABASE_URL);
  try {
    const service = container.resolve(ModuleRegistrationName.API_KEY);
    const { token } = await service.createApiKeys({ title, type: "secret", created_by: "create-key" });
    console.log(token);
  } finally {
    await container.dispose();
  }
}

main(process.argv[2]).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
