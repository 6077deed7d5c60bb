/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The form of the settings, derived from their table.
 *
 * @module
 */
import {
  parseSettings,
  type Setting,
  SETTING_NAMES,
  type SettingName,
  SETTINGS,
} from "../settings.ts";
import { settings } from "./state.ts";

/** One field per setting. */
export function Fields({ names = SETTING_NAMES }: { readonly names?: readonly SettingName[] }) {
  return <>{names.map((name) => <Field key={name} name={name} />)}</>;
}

function Field({ name }: { readonly name: SettingName }) {
  const setting: Setting = SETTINGS[name];
  const value = settings.value[name];
  const id = `setting-${name}`;
  const change = (event: Event) => {
    const field = event.currentTarget as HTMLInputElement | HTMLSelectElement;
    try {
      settings.value = parseSettings((other) =>
        other === name ? field.value : `${settings.value[other]}`
      );
      field.setCustomValidity("");
    } catch (error) {
      field.setCustomValidity((error as Error).message);
      field.reportValidity();
    }
  };
  return (
    <div class="field">
      <label for={id}>{setting.label}</label>
      {setting.kind === "choice"
        ? (
          <select id={id} value={value} onChange={change} aria-describedby={`${id}-help`}>
            {Object.entries(setting.values).map(([key, label]) => (
              <option key={key} value={key}>{label}</option>
            ))}
          </select>
        )
        : (
          <input
            id={id}
            type="number"
            inputMode="numeric"
            min={setting.min}
            max={setting.max}
            value={value}
            onChange={change}
            aria-describedby={`${id}-help`}
          />
        )}
      <small id={`${id}-help`}>{setting.help}</small>
    </div>
  );
}
