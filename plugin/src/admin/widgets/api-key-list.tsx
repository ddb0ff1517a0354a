import { defineWidgetConfig } from "@medusajs/admin-sdk";
import { Button, Container, Heading, Text } from "@medusajs/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router-dom";
import type { NewApiKey } from "../api/keys";
import { CreateModal } from "../components/create-modal";
import { TokenPrompt } from "../components/token-prompt";
import { NAMESPACE } from "../i18n";

/** Beside the list of keys: the button that creates one with limits. Both lists have this zone; the path names the type. */
const ApiKeyListWidget = () => {
  const { t } = useTranslation(NAMESPACE);
  const { pathname } = useLocation();
  const [isCreating, setCreating] = useState(false);
  const [created, setCreated] = useState<NewApiKey | null>(null);

  return (
    <Container className="flex items-center justify-between px-6 py-4">
      <div>
        <Heading level="h2">{t("create.heading")}</Heading>
        <Text size="small" className="text-ui-fg-subtle">
          {t("create.hint")}
        </Text>
      </div>
      <Button size="small" variant="secondary" onClick={() => setCreating(true)}>
        {t("create.button")}
      </Button>
      {isCreating && (
        <CreateModal
          type={pathname.includes("publishable-api-keys") ? "publishable" : "secret"}
          onClose={() => setCreating(false)}
          onCreated={(apiKey) => {
            setCreating(false);
            setCreated(apiKey);
          }}
        />
      )}
      <TokenPrompt apiKey={created} title={t("token.created")} onClose={() => setCreated(null)} />
    </Container>
  );
};

export const config = defineWidgetConfig({
  id: "medusa-api-key-native-list",
  zone: "api_key.list.before",
});

export default ApiKeyListWidget;
