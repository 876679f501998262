import { Avatar } from "../parts/avatar";
import { Icon } from "../parts/icons";
import { ThemeSwitch } from "../parts/theme";
import type { User } from "../session";

const roles: Record<string, string> = {
  customer: "A customer",
  publisher: "A service that may publish to anybody",
};

interface Props {
  readonly users: readonly User[] | Error | undefined;
  readonly signIn: (user: User, users: readonly User[]) => void;
}

export function SignIn({ users, signIn }: Props) {
  return (
    <main className="sign-in">
      <div className="sign-in-card card">
        <div className="sign-in-top">
          <p className="brand">
            <Icon name="wave" /> Freshet
          </p>
          <ThemeSwitch />
        </div>
        <h1>Who are you today?</h1>
        <p className="muted">
          These people are made up, and their passwords too: there are none. Open a second window as somebody else, and
          watch the two talk.
        </p>
        {users === undefined && <p role="status">Looking who is there …</p>}
        {users instanceof Error && (
          <p role="alert" className="notice-bad">
            Nobody is here ({users.message}). The users are written by <code>./dev up</code>; without it there is no
            sign-in.
          </p>
        )}
        {Array.isArray(users) && (
          <ul className="people">
            {(users as readonly User[]).map((user) => (
              <li key={user.id}>
                <button type="button" className="person" onClick={() => signIn(user, users as readonly User[])}>
                  <Avatar userId={user.id} name={user.name} />
                  <span>
                    <strong>{user.name}</strong>
                    <span className="muted">{roles[user.role] ?? user.role}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </main>
  );
}
