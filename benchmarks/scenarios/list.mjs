// Lists pages of keys.

import { contest } from "../measuring/contest.mjs";
import { keyView, NAMES } from "./views.mjs";

export const name = "list";

const PAGE = 20;
// The first ten pages, which users view most.
const PAGES = Array.from({ length: 10 }, (_, page) => page * PAGE);

export async function run(context) {
  const { stock, strict } = await context.shop();
  const contender = (name, service) => ({
    name,
    questions: PAGES,
    ask: (skip) => service.listApiKeys({}, { take: PAGE, skip }),
    // Lists contain no hashes, so the tokens can be compared here.
    view: (page) => page.map((key) => ({ ...keyView(key), token: key.token })),
    isValid: (page) => page.length === PAGE,
  });
  const contenders = [contender(NAMES.stock, stock), contender(NAMES.strict, strict)];
  const figures = [];
  for (const callers of [1, 64]) {
    const title = `listApiKeys, pages of ${PAGE}, ${callers} at a time`;
    const labels = { scenario: name, keys: context.sizes.table };
    figures.push(...(await contest(context, { title, labels, callers, contenders, alike: PAGES })));
  }
  return figures;
}
