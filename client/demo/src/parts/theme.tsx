import { useState } from "react";
import { Icon, type IconName } from "./icons";

type Theme = "system" | "light" | "dark";

const key = "freshet-demo:theme";
const next: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const icons: Record<Theme, IconName> = { system: "system", light: "sun", dark: "moon" };

function stored(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
}

function apply(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(key);
    else localStorage.setItem(key, theme);
  } catch {
    // Storage is denied: until the next reload.
  }
}

export function ThemeSwitch() {
  const [theme, setTheme] = useState(stored);
  const change = () => {
    apply(next[theme]);
    setTheme(next[theme]);
  };
  const label = `Theme: ${theme}. Change to ${next[theme]}`;
  return (
    <button type="button" className="icon-button" onClick={change} aria-label={label} title={label}>
      <Icon name={icons[theme]} />
    </button>
  );
}
