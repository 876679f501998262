// Only for the rules of hooks; everything else is Biome's.
import parser from "@typescript-eslint/parser";
import hooks from "eslint-plugin-react-hooks";

export default [
  { ignores: ["**/dist/**"] },
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { parser },
    plugins: { "react-hooks": hooks },
    // The last is about React's compiler, which does not see this library.
    rules: { ...hooks.configs.recommended.rules, "react-hooks/preserve-manual-memoization": "off" },
  },
];
