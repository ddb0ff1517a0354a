import { Hint, Label } from "@medusajs/ui";
import { type ReactNode, useId } from "react";

interface FieldProps {
  label: string;
  hint?: string;
  error?: string | null;
  /** Renders the control with this id, and those of the texts that describe it. */
  children: (id: string, describedBy: string | undefined) => ReactNode;
}

/** A control with its label, a hint, and what is wrong with its value. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const text = error ?? hint;
  return (
    <div className="flex flex-col gap-y-2">
      <Label htmlFor={id} size="small" weight="plus">
        {label}
      </Label>
      {children(id, text === undefined ? undefined : `${id}-text`)}
      {text !== undefined && (
        <Hint id={`${id}-text`} variant={error ? "error" : "info"}>
          {text}
        </Hint>
      )}
    </div>
  );
}
