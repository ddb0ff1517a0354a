import { Alert, Button, Drawer, Input } from "@medusajs/ui";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ApiKey, type NewApiKey, useRollApiKey } from "../api/keys";
import { type Duration, secondsOf } from "../form/duration";
import { NAMESPACE } from "../i18n";
import { DurationField } from "./duration-field";
import { Field } from "./field";

const GRACE_PERIODS = ["now", "hour", "day", "week", "month"] as const;

interface RollDrawerProps {
  apiKey: ApiKey;
  onClose: () => void;
  onRolled: (apiKey: NewApiKey) => void;
}

/** Asks for the grace period of a key and the title of its successor. */
export function RollDrawer({ apiKey, onClose, onRolled }: RollDrawerProps) {
  const { t } = useTranslation(NAMESPACE);
  const [title, setTitle] = useState(apiKey.title);
  const [grace, setGrace] = useState<Duration>({ choice: "day", days: "" });
  const { mutate, isPending, error } = useRollApiKey(apiKey.id);
  const revoke_in = secondsOf(grace);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typeof revoke_in === "number") {
      mutate({ title, revoke_in }, { onSuccess: ({ api_key }) => onRolled(api_key) });
    }
  };
  return (
    <Drawer open onOpenChange={(open) => open || isPending || onClose()}>
      <Drawer.Content>
        <form onSubmit={submit} className="flex flex-1 flex-col overflow-hidden">
          <Drawer.Header>
            <Drawer.Title>{t("roll.title", { title: apiKey.title })}</Drawer.Title>
            <Drawer.Description>{t("roll.hint")}</Drawer.Description>
          </Drawer.Header>
          <Drawer.Body className="flex flex-1 flex-col gap-y-6 overflow-y-auto">
            <DurationField label={t("roll.grace")} presets={GRACE_PERIODS} value={grace} onChange={setGrace} />
            <Field label={t("roll.newTitle")}>
              {(id) => <Input id={id} size="small" value={title} onChange={(event) => setTitle(event.target.value)} />}
            </Field>
            {error && <Alert variant="error">{error.message}</Alert>}
          </Drawer.Body>
          <Drawer.Footer>
            <Button size="small" variant="secondary" type="button" disabled={isPending} onClick={onClose}>
              {t("actions.cancel")}
            </Button>
            <Button size="small" type="submit" isLoading={isPending} disabled={typeof revoke_in !== "number"}>
              {t("roll.submit")}
            </Button>
          </Drawer.Footer>
        </form>
      </Drawer.Content>
    </Drawer>
  );
}
