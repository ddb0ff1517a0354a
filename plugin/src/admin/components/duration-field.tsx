import { Input, Select } from "@medusajs/ui";
import { useTranslation } from "react-i18next";
import { type Duration, type Preset, secondsOf } from "../form/duration";
import { NAMESPACE } from "../i18n";
import { Field } from "./field";

interface DurationFieldProps {
  label: string;
  presets: readonly Preset[];
  value: Duration;
  onChange: (value: Duration) => void;
}

/** A choice of durations, with any number of days as the last one. */
export function DurationField({ label, presets, value, onChange }: DurationFieldProps) {
  const { t } = useTranslation(NAMESPACE);
  return (
    <div className="flex flex-col gap-y-4">
      <Field label={label}>
        {(id) => (
          <Select
            size="small"
            value={value.choice}
            onValueChange={(choice) => onChange({ ...value, choice: choice as Duration["choice"] })}
          >
            <Select.Trigger id={id}>
              <Select.Value />
            </Select.Trigger>
            <Select.Content>
              {[...presets, "custom" as const].map((choice) => (
                <Select.Item key={choice} value={choice}>
                  {t(`duration.${choice}`)}
                </Select.Item>
              ))}
            </Select.Content>
          </Select>
        )}
      </Field>
      {value.choice === "custom" && (
        <Field
          label={t("duration.days")}
          error={value.days !== "" && secondsOf(value) === undefined ? t("duration.daysInvalid") : null}
        >
          {(id, describedBy) => (
            <Input
              id={id}
              aria-describedby={describedBy}
              size="small"
              inputMode="decimal"
              value={value.days}
              onChange={(event) => onChange({ ...value, days: event.target.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}
