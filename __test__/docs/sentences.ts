// The sentences of a Markdown document.

/** The sentences in the prose, the list items and the cells of tables, with each piece of code as one word. */
export function sentences(markdown: string): string[] {
  const pieces = markdown
    .replace(/^ *```.*?^ *```$/gms, "\n\n")
    .replace(/^ *<!--.*?-->$/gms, "\n\n")
    .replace(/^#.*$/gm, "\n\n")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/`[^`]*`/g, "code")
    .split(/\n\n|\n *(?:-|\d+\.) |\||·/);
  return pieces
    .flatMap((piece) =>
      piece
        .replace(/\s+/g, " ")
        .trim()
        .split(/(?<=[.!?][)*]*) /),
    )
    .filter(Boolean);
}
