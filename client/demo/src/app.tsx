import { useCallback, useEffect, useState } from "react";
import { Shell } from "./parts/shell";
import { beginSession, endSession, loadUsers, rememberedUser, type Session, type User } from "./session";
import { SignIn } from "./views/sign-in";

export function App() {
  const [users, setUsers] = useState<readonly User[] | Error>();
  const [session, setSession] = useState<Session>();

  useEffect(() => {
    let current = true;
    loadUsers().then(
      (known) => {
        if (!current) return;
        setUsers(known);
        const user = known.find(({ id }) => id === rememberedUser());
        if (user) setSession(beginSession(user, known));
      },
      (error: unknown) => {
        if (current) setUsers(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return () => {
      current = false;
    };
  }, []);

  const signOut = useCallback(() => {
    if (session) endSession(session);
    setSession(undefined);
  }, [session]);

  if (session) return <Shell key={session.user.id} session={session} signOut={signOut} />;
  return <SignIn users={users} signIn={(user, all) => setSession(beginSession(user, all))} />;
}
