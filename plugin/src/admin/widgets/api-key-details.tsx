import { defineWidgetConfig } from "@medusajs/admin-sdk";
import { Alert, Button, Container, Heading, Skeleton, Tooltip } from "@medusajs/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ApiKey, type NewApiKey, useApiKeyDetails } from "../api/keys";
import { DetailsRows } from "../components/details-rows";
import { RollDrawer } from "../components/roll-drawer";
import { TokenPrompt } from "../components/token-prompt";
import { NAMESPACE } from "../i18n";

interface ApiKeyDetailsWidgetProps {
  /** The key of the page, as Medusa's own route returns it. */
  data: Pick<ApiKey, "id" | "revoked_at"> & { updated_at: string };
}

/** Below a key: its use, limits and actors, and the button that rolls it. */
const ApiKeyDetailsWidget = ({ data }: ApiKeyDetailsWidgetProps) => {
  const { t } = useTranslation(NAMESPACE);
  const [isRolling, setRolling] = useState(false);
  const [successor, setSuccessor] = useState<NewApiKey | null>(null);
  const { data: details, error, isPending, refetch } = useApiKeyDetails(data.id, data.updated_at);
  const canRoll = details !== undefined && data.revoked_at === null && details.api_key.purpose === undefined;
  const button = (
    <Button size="small" variant="secondary" disabled={!canRoll} onClick={() => setRolling(true)}>
      {t("details.roll")}
    </Button>
  );

  return (
    <Container className="divide-y p-0">
      <div className="flex items-center justify-between px-6 py-4">
        <Heading level="h2">{t("details.title")}</Heading>
        {data.revoked_at === null ? (
          button
        ) : (
          <Tooltip content={t("details.rollEnded")}>{<span>{button}</span>}</Tooltip>
        )}
      </div>
      {isPending && (
        <div className="flex flex-col gap-y-4 px-6 py-4">
          <Skeleton className="h-5 w-full" />
          <Skeleton className="h-5 w-full" />
          <Skeleton className="h-5 w-full" />
        </div>
      )}
      {error && (
        <div className="flex flex-col items-start gap-y-3 px-6 py-4">
          <Alert variant="error">{`${t("details.error")} ${error.message}`}</Alert>
          <Button size="small" variant="secondary" onClick={() => refetch()}>
            {t("actions.retry")}
          </Button>
        </div>
      )}
      {details && <DetailsRows {...details} />}
      {isRolling && details && (
        <RollDrawer
          apiKey={details.api_key}
          onClose={() => setRolling(false)}
          onRolled={(apiKey) => {
            setRolling(false);
            setSuccessor(apiKey);
          }}
        />
      )}
      <TokenPrompt apiKey={successor} title={t("token.rolled")} onClose={() => setSuccessor(null)} />
    </Container>
  );
};

export const config = defineWidgetConfig({
  id: "medusa-api-key-native-details",
  zone: "api_key.details.after",
});

export default ApiKeyDetailsWidget;
