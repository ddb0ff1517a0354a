import { Badge, Text } from "@medusajs/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Actor, ApiKeyDetails } from "../api/keys";
import { NAMESPACE } from "../i18n";

/** A key's use, ends, limits, and who created and revoked it. */
export function DetailsRows({ api_key: key, creator, revoker }: ApiKeyDetails) {
  const { t, i18n } = useTranslation(NAMESPACE);
  const time = (date: string) =>
    new Date(date).toLocaleString(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const timeAndActor = (date: string, actor: Actor | null) =>
    actor === null ? time(date) : t("details.by", { time: time(date), name: nameOf(actor) });
  const hasEnded = key.revoked_at !== null && new Date(key.revoked_at).getTime() <= Date.now();

  return (
    <>
      <Row label={t("details.lastUsed")}>
        {key.last_used_at === null ? t("details.neverUsed") : time(key.last_used_at)}
      </Row>
      <Row label={t("details.created")}>{timeAndActor(key.created_at, creator)}</Row>
      <Row label={t(hasEnded ? "details.ended" : "details.ends")}>
        {key.revoked_at === null ? t("details.neverEnds") : timeAndActor(key.revoked_at, revoker)}
      </Row>
      {key.type === "secret" && (
        <>
          <Row label={t("details.scopes")}>
            <Badges entries={key.scopes} all={t("details.allScopes")} none={t("details.noScopes")} />
          </Row>
          <Row label={t("details.addresses")}>
            <Badges entries={key.allowed_ips} all={t("details.allAddresses")} none={t("details.noAddresses")} />
          </Row>
        </>
      )}
      {key.owner && <Row label={t("details.owner")}>{`${key.owner.type}: ${key.owner.id}`}</Row>}
      {key.purpose && <Row label={t("details.singleUse")}>{key.purpose}</Row>}
    </>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="text-ui-fg-subtle grid grid-cols-2 items-center px-6 py-4">
      <Text size="small" leading="compact" weight="plus">
        {label}
      </Text>
      <Text as="div" size="small" leading="compact">
        {children}
      </Text>
    </div>
  );
}

function Badges({ entries, all, none }: { entries: readonly string[] | undefined; all: string; none: string }) {
  if (entries === undefined || entries.length === 0) {
    return entries === undefined ? all : none;
  }
  return (
    <div className="flex flex-wrap gap-2">
      {entries.map((entry) => (
        <Badge key={entry} size="2xsmall">
          {entry}
        </Badge>
      ))}
    </div>
  );
}

function nameOf({ id, name, email }: Actor): string {
  return name ?? email ?? id;
}
