import { Alert, Button, FocusModal, Heading } from "@medusajs/ui";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ApiKey, type NewApiKey, useCreateApiKey } from "../api/keys";
import { EMPTY, type KeyForm, problemsOf, requestOf } from "../form/key-form";
import { NAMESPACE } from "../i18n";
import { KeyFields } from "./key-fields";

interface CreateModalProps {
  type: ApiKey["type"];
  onClose: () => void;
  onCreated: (apiKey: NewApiKey) => void;
}

/** Asks for a new key's title, end, scopes and addresses. */
export function CreateModal({ type, onClose, onCreated }: CreateModalProps) {
  const { t } = useTranslation(NAMESPACE);
  const [form, setForm] = useState<KeyForm>(EMPTY);
  const [isSubmitted, setSubmitted] = useState(false);
  const { mutate, isPending, error } = useCreateApiKey();
  const problems = problemsOf(form, type);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (Object.keys(problems).length === 0) {
      mutate(requestOf(form, type), { onSuccess: ({ api_key }) => onCreated(api_key) });
    }
  };
  return (
    <FocusModal open onOpenChange={(open) => open || isPending || onClose()}>
      <FocusModal.Content>
        <form onSubmit={submit} className="flex h-full flex-col overflow-hidden">
          <FocusModal.Header />
          <FocusModal.Body className="flex flex-1 flex-col items-center overflow-y-auto">
            <div className="flex w-full max-w-[720px] flex-col gap-y-8 px-2 py-16">
              <div>
                <FocusModal.Title asChild>
                  <Heading>{t(type === "secret" ? "create.titleSecret" : "create.titlePublishable")}</Heading>
                </FocusModal.Title>
                <FocusModal.Description className="text-ui-fg-subtle txt-small">
                  {t("create.hint")}
                </FocusModal.Description>
              </div>
              <KeyFields type={type} form={form} problems={isSubmitted ? problems : {}} onChange={setForm} />
              {error && <Alert variant="error">{error.message}</Alert>}
            </div>
          </FocusModal.Body>
          <FocusModal.Footer>
            <Button size="small" variant="secondary" type="button" disabled={isPending} onClick={onClose}>
              {t("actions.cancel")}
            </Button>
            <Button size="small" type="submit" isLoading={isPending}>
              {t("create.submit")}
            </Button>
          </FocusModal.Footer>
        </form>
      </FocusModal.Content>
    </FocusModal>
  );
}
