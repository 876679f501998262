/** One of eight colours, the same for the same user on every page. */
export function hueOf(userId: string): number {
  let sum = 0;
  for (const letter of userId) sum = (sum * 7 + letter.charCodeAt(0)) % 97;
  return sum % 8;
}

export function Avatar({ userId, name }: { userId: string; name: string }) {
  const initials = name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join("");
  return (
    <span className={`avatar hue-${hueOf(userId)}`} aria-hidden="true">
      {initials.toUpperCase()}
    </span>
  );
}
