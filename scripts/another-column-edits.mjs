// The hand-written edits that add the nullable text column `note`, which creators may set: for each file, pairs of an anchor and the
// text to insert after it.

/** The member of CreateApiKeyInput, which the compiler does not ask for. */
export const INPUT_MEMBER = [
  "  deleted_at?: ApiKeyTime | null;\n",
  "  /** A note. Default: `null`. */\n  note?: string | null;\n",
];

export const EDITS = {
  "src/columns.rs": [
    [
      `        DeletedAt  "deleted_at"   Time  "DateTime"        Open    Announced,\n`,
      `        Note       "note"         Text  "String"          Open    Announced,\n`,
    ],
  ],
  "src/store/migration/steps.rs": [
    [`    Step::new("change_feed", dialect::change_feed),\n`, `    Step::text_column("note", "note"),\n`],
  ],
  "src/store/row.rs": [
    [
      "    pub deleted_at: Option<Moment>,\n",
      `    #[sea_orm(column_type = "Text", nullable)]\n    pub note: Option<String>,\n`,
    ],
    ["            deleted_at: $at($row, Column::DeletedAt)?,\n", "            note: $at($row, Column::Note)?,\n"],
    ["        updated_at,\n        deleted_at,\n", "        note,\n"],
    ["        deleted_at: deleted_at.map(at),\n", "        note,\n"],
    ["        deleted_at: Set(key.deleted_at.map(Moment)),\n", "        note: Set(key.note.clone()),\n"],
    ["        Field::DeletedAt => Column::DeletedAt,\n", "        Field::Note => Column::Note,\n"],
  ],
  "src/api_key/key.rs": [
    ["    pub deleted_at: Option<Timestamp>,\n", "    /// A note.\n    pub note: Option<String>,\n"],
    ["            deleted_at: self.deleted_at,\n", "            note: self.note,\n"],
    [
      "            Field::DeletedAt => self.deleted_at.into(),\n",
      "            Field::Note => self.note.as_deref().into(),\n",
    ],
  ],
  "src/api_key/new.rs": [
    ["    deleted_at: Option<Timestamp>,\n", "    note: Option<String>,\n"],
    [
      `            deleted_at: checked_time("deleted_at", data.member("deleted_at"))?,\n`,
      `            note: optional_text("note", data.member("note"))?,\n`,
    ],
    ["            deleted_at: None,\n", "            note: None,\n"],
    ["            deleted_at: self.deleted_at,\n", "            note: self.note,\n"],
  ],
  "module/types.ts": [["  deleted_at: Date | null;\n", "  /** A note. */\n  note: string | null;\n"], INPUT_MEMBER],
};
