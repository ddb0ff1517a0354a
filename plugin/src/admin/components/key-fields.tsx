import { Input, Select, Textarea } from "@medusajs/ui";
import { useTranslation } from "react-i18next";
import type { ApiKey } from "../api/keys";
import type { KeyForm, Problem, Problems } from "../form/key-form";
import { NAMESPACE } from "../i18n";
import { DurationField } from "./duration-field";
import { Field } from "./field";

const EXPIRIES = ["never", "week", "month", "quarter", "year"] as const;
const ACCESS = ["limited", "everything"] as const;

interface KeyFieldsProps {
  type: ApiKey["type"];
  form: KeyForm;
  problems: Problems;
  onChange: (form: KeyForm) => void;
}

/** The fields of a new key. A publishable key has no scopes and no addresses. */
export function KeyFields({ type, form, problems, onChange }: KeyFieldsProps) {
  const { t } = useTranslation(NAMESPACE);
  const textOf = (problem?: Problem) => (problem === undefined ? null : t(problem.text, problem.values ?? {}));
  const change = (values: Partial<KeyForm>) => onChange({ ...form, ...values });
  return (
    <>
      <div className="grid grid-cols-2 gap-4">
        <Field label={t("create.title")} error={textOf(problems.title)}>
          {(id, describedBy) => (
            <Input
              id={id}
              aria-describedby={describedBy}
              size="small"
              value={form.title}
              onChange={(event) => change({ title: event.target.value })}
            />
          )}
        </Field>
        <DurationField
          label={t("create.expires")}
          presets={EXPIRIES}
          value={form.expiry}
          onChange={(expiry) => change({ expiry })}
        />
      </div>
      {type === "secret" && (
        <>
          <Field label={t("create.access")}>
            {(id) => (
              <Select
                size="small"
                value={form.access}
                onValueChange={(access) => change({ access: access as KeyForm["access"] })}
              >
                <Select.Trigger id={id}>
                  <Select.Value />
                </Select.Trigger>
                <Select.Content>
                  {ACCESS.map((access) => (
                    <Select.Item key={access} value={access}>
                      {t(`create.${access}`)}
                    </Select.Item>
                  ))}
                </Select.Content>
              </Select>
            )}
          </Field>
          {form.access === "limited" && (
            <Field label={t("create.scopes")} hint={t("create.scopesHint")} error={textOf(problems.scopes)}>
              {(id, describedBy) => (
                <Textarea
                  id={id}
                  aria-describedby={describedBy}
                  value={form.scopes}
                  onChange={(event) => change({ scopes: event.target.value })}
                />
              )}
            </Field>
          )}
          <Field label={t("create.addresses")} hint={t("create.addressesHint")}>
            {(id, describedBy) => (
              <Textarea
                id={id}
                aria-describedby={describedBy}
                value={form.addresses}
                onChange={(event) => change({ addresses: event.target.value })}
              />
            )}
          </Field>
        </>
      )}
    </>
  );
}
