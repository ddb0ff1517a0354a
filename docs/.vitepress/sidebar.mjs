// The order of the pages. `npm run docs` fails if a page is missing here.

const page = (text, link) => ({ text, link });

export const sidebar = [
  {
    text: "Start",
    items: [
      page("Is it for me?", "/is-it-for-me"),
      page("Getting started", "/getting-started/"),
      page("Express", "/getting-started/express"),
      page("Fastify", "/getting-started/fastify"),
      page("Hono", "/getting-started/hono"),
      page("Next.js", "/getting-started/nextjs"),
      page("Nest", "/getting-started/nest"),
      page("In Medusa", "/medusa"),
      page("Trying it and going back", "/going-back"),
    ],
  },
  {
    text: "Use",
    items: [
      page("Methods", "/methods"),
      page("Keys with limits", "/keys-with-limits"),
      page("Guards", "/guards"),
      page("Single-use tokens", "/single-use-tokens"),
      page("Keys whose tokens exist already", "/declared-keys"),
      // page("Branded tokens", "/branded-tokens"),
      // page("Ending a breach", "/ending-a-breach"),
      // page("Pruning", "/pruning"),
      page("Filters", "/filters"),
      page("Last use", "/last-use"),
      page("Testing your own shop", "/testing"),
    ],
  },
  {
    text: "Run",
    items: [
      page("Installation: runs with", "/installation"),
      page("Options", "/options"),
      page("PostgreSQL URLs", "/postgresql-urls"),
      page("Fresh answers and fleets", "/fresh-answers"),
      page("Behind poolers and replicas", "/poolers-and-replicas"),
      page("SQLite files", "/sqlite"),
      // page("Command line", "/command-line"),
      // page("Metrics and audit", "/metrics-and-audit"),
      // page("The Admin", "/admin"),
      page("Errors", "/errors"),
      page("Limits", "/limits"),
      page("Upgrading and support", "/upgrading"),
    ],
  },
  {
    text: "Judge",
    items: [
      page("Security model", "/security"),
      page("Hashing", "/hashing"),
      page("OWASP ASVS 5.0", "/asvs"),
      page("Differences from Medusa's module", "/compat"),
      page("Benchmarks", "/benchmarks"),
      page("Decisions", "/adr/"),
      page("Changelog", "/changelog"),
    ],
  },
  {
    text: "Reference",
    items: [page("API", "/api/")],
  },
];
