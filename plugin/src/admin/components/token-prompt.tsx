import { Button, Prompt, Text, toast } from "@medusajs/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router-dom";
import type { NewApiKey } from "../api/keys";
import { NAMESPACE } from "../i18n";

interface TokenPromptProps {
  /** The new key; `null` while there is none. */
  apiKey: NewApiKey | null;
  title: string;
  onClose: () => void;
}

/** Shows the token of a new key, which is not shown again, and then the key's page. */
export function TokenPrompt({ apiKey, title, onClose }: TokenPromptProps) {
  const { t } = useTranslation(NAMESPACE);
  const navigate = useNavigate();
  const queries = useQueryClient();
  // The prompt stays mounted: what was shown is the token of one key, and the next one is hidden again.
  const [shownId, setShownId] = useState<string | null>(null);
  if (apiKey === null) {
    return null;
  }
  const { id, token, type } = apiKey;
  const isShown = shownId === id;

  const close = async () => {
    onClose();
    navigate(`/settings/${type}-api-keys/${id}`);
    await queries.invalidateQueries();
  };
  const copy = async () => {
    try {
      // Missing where the dashboard is not served over HTTPS.
      await navigator.clipboard.writeText(token);
      toast.success(t("token.copied"));
    } catch {
      toast.error(t("token.copyFailed"));
    }
  };
  return (
    <Prompt variant="confirmation" open>
      <Prompt.Content className="w-fit max-w-[42.5%]">
        <Prompt.Header>
          <Prompt.Title>{title}</Prompt.Title>
          <Prompt.Description>{t(type === "secret" ? "token.secretHint" : "token.publishableHint")}</Prompt.Description>
        </Prompt.Header>
        <div className="flex flex-col gap-y-3 px-6 py-4">
          <div className="shadow-borders-base bg-ui-bg-component flex items-center overflow-hidden rounded-md px-2 py-1.5">
            <Text family="mono" size="small" className="break-all">
              {isShown ? token : masked(token)}
            </Text>
          </div>
          <div className="grid grid-cols-2 gap-x-2">
            <Button
              size="small"
              variant="secondary"
              type="button"
              className="w-full"
              onClick={() => setShownId(isShown ? null : id)}
            >
              {t(isShown ? "actions.hide" : "actions.show")}
            </Button>
            <Button size="small" variant="secondary" type="button" className="w-full" onClick={copy}>
              {t("actions.copy")}
            </Button>
          </div>
        </div>
        <Prompt.Footer className="border-t py-4">
          <Prompt.Action onClick={close}>{t("actions.continue")}</Prompt.Action>
        </Prompt.Footer>
      </Prompt.Content>
    </Prompt>
  );
}

/** As the dashboard masks tokens. */
function masked(token: string): string {
  return `${token.slice(0, 4)}${"•".repeat(Math.max(0, token.length - 6))}${token.slice(-2)}`;
}
