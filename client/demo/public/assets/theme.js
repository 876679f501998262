// Before the first paint, so that a chosen theme does not flash. No module, for those run later.
try {
  const theme = localStorage.getItem("freshet-demo:theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is denied: the system's choice.
}
